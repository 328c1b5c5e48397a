import { z } from 'zod';

// Your own code, as it is today: it knows no agent, no AI SDK and no Groundhog.

export const incidentSchema = z.object({ id: z.string(), title: z.string(), status: z.string() });

export const noticeSchema = z.object({
  customerId: z.string(),
  subject: z.string(),
  body: z.string(),
});

export async function readIncidents(
  serviceUrl: string,
): Promise<readonly z.infer<typeof incidentSchema>[]> {
  const response = await fetch(`${serviceUrl}/incidents`);
  return z.array(incidentSchema).parse(await response.json());
}

/** Mails a customer; under one key once, however often it is asked for. */
export async function sendNotice(
  serviceUrl: string,
  notice: z.infer<typeof noticeSchema>,
  key: string,
): Promise<{ readonly mailId: string }> {
  const response = await fetch(`${serviceUrl}/mails`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ ...notice, reference: key }),
  });
  return { mailId: z.object({ id: z.string() }).parse(await response.json()).id };
}
