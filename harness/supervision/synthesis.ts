import { z } from 'zod';
import type { Finding } from './finding.ts';

/** The findings put together by the supervisor. */
export const synthesisSchema = z.object({
  /** What is so, for the one who answers the customer. */
  summary: z.string().min(1),
  /** Ids of the findings that it rests on. */
  cites: z.array(z.string()),
  /** Findings that it leaves out, and why: failed, incomplete, contradicted, not to be trusted. */
  setsAside: z.array(z.object({ finding: z.string(), reason: z.string().min(1) })),
});
export type Synthesis = z.infer<typeof synthesisSchema>;

/** Reads a synthesis as a model wrote it. Every finding is cited or set aside, none that failed is cited. */
export function readSynthesis(
  written: unknown,
  findings: readonly Finding[],
): { readonly value: Synthesis; readonly faults: readonly string[] } {
  const parsed = synthesisSchema.safeParse(written);
  if (!parsed.success) {
    const value = { summary: '', cites: [], setsAside: [] };
    return { value, faults: [z.prettifyError(parsed.error)] };
  }
  const { cites, setsAside } = parsed.data;
  const spokenOf = new Set([...cites, ...setsAside.map(({ finding }) => finding)]);
  const known = new Map(findings.map((finding) => [finding.id, finding]));
  return {
    value: parsed.data,
    faults: [
      ...findings
        .filter(({ id }) => !spokenOf.has(id))
        .map(({ id }) => `${id} is neither cited nor set aside`),
      ...[...spokenOf].filter((id) => !known.has(id)).map((id) => `there is no finding ${id}`),
      ...cites
        .filter((id) => known.has(id) && known.get(id)?.status !== 'reported')
        .map((id) => `${id} has reported nothing and cannot be cited`),
    ],
  };
}

/** What stands when no synthesis comes off: the findings side by side, and nothing made of them. */
export function plainSynthesis(findings: readonly Finding[]): Synthesis {
  const reported = findings.flatMap((finding) => (finding.status === 'reported' ? [finding] : []));
  return {
    summary:
      reported.map(({ id, report }) => `${id}: ${report.summary}`).join('\n') ||
      'Nothing was found out.',
    cites: reported.map(({ id }) => id),
    setsAside: findings.flatMap((finding) =>
      finding.status === 'reported' ? [] : [{ finding: finding.id, reason: finding.error.message }],
    ),
  };
}
