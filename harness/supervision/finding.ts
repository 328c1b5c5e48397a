import { z } from 'zod';
import { failureSchema } from '../session/event.ts';

/** What an investigator answers with. */
export const reportSchema = z.object({
  /** In a few sentences, for whoever puts the findings together. */
  summary: z.string().min(1),
  /** Single statements: what about which thing, and where it was seen. */
  claims: z.array(
    z.object({
      /** The thing, by its id or name. */
      about: z.string().min(1),
      says: z.string().min(1),
      /** Ids of what it was seen in: charges, articles, incidents. */
      evidence: z.array(z.string()),
    }),
  ),
});
type Report = z.infer<typeof reportSchema>;

/** The report in an investigator's answer; undefined if there is none. */
export function readReport(text: string): Report | undefined {
  try {
    return reportSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Text that is no JSON is no report.
    return undefined;
  }
}

/** What came of one objective. A failure has a reason and no content: it is never a report that is empty. */
export const findingSchema = z.discriminatedUnion('status', [
  z.object({
    id: z.string(),
    agent: z.string(),
    objective: z.string(),
    status: z.literal('reported'),
    report: reportSchema,
  }),
  z.object({
    id: z.string(),
    agent: z.string(),
    objective: z.string(),
    /** `incomplete`: it used up what it was given before it could report. */
    status: z.enum(['failed', 'incomplete']),
    error: failureSchema,
  }),
]);
export type Finding = z.infer<typeof findingSchema>;

/** Findings that say different things of one thing. */
export const contradictionSchema = z.object({
  about: z.string(),
  statements: z.array(z.object({ finding: z.string(), says: z.string() })),
});
export type Contradiction = z.infer<typeof contradictionSchema>;

/** Things of which two investigators say different things, in the order in which they are first spoken of. */
export function contradictionsIn(findings: readonly Finding[]): readonly Contradiction[] {
  const statements = findings.flatMap((finding) =>
    finding.status === 'reported'
      ? finding.report.claims.map(({ about, says }) => ({ finding: finding.id, about, says }))
      : [],
  );
  const topics = Map.groupBy(statements, ({ about }) => plain(about));
  return [...topics.values()].flatMap((said) => {
    const [first] = said;
    const speakers = new Set(said.map(({ finding }) => finding));
    const versions = new Set(said.map(({ says }) => plain(says)));
    if (first === undefined || speakers.size < 2 || versions.size < 2) return [];
    return [
      {
        about: first.about,
        statements: said.map(({ finding, says }) => ({ finding, says })),
      },
    ];
  });
}

const plain = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
