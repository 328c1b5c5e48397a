import { z } from 'zod';
import type { Conversation, Play, PlaybookAnswer } from '#harness/testing';
import {
  computed,
  duplicateSchema,
  lastSaid,
  programValue,
  run,
  seatPriceSchema,
  until,
  workaroundIn,
} from '../../desk/playbook-parts.ts';
import { duplicateProgram, priceProgram } from '../../desk/programs.ts';

// What a supervised run's models say before the supervisor acts: the plan, the reports, the synthesis.

export interface Objective {
  readonly agent: string;
  readonly objective: string;
}

export const aboutCharges: Objective = {
  agent: 'billing-investigator',
  objective: 'Was this customer charged twice for June, and what is due back?',
};
export const aboutExport: Objective = {
  agent: 'technical-investigator',
  objective: 'Why does the export do nothing in Safari, and what helps?',
};
export const aboutSeats: Objective = {
  agent: 'sales-investigator',
  objective: 'What do 50 seats cost a month?',
};

export const isPlanning = ({ system }: Conversation): boolean => system.includes('Write the plan');

export const isPuttingTogether = ({ system }: Conversation): boolean =>
  system.includes('Put the findings together');

/** Investigators are known by what they can use, as triage is. */
const isInvestigator =
  (tool: string) =>
  ({ tools }: Conversation): boolean =>
    tools.includes(tool) && !tools.includes('draftReply');

/** A play of an investigator's. */
export const investigating = (tool: string, play: Play): Play => ({
  ...play,
  when: (conversation) => isInvestigator(tool)(conversation) && play.when(conversation),
});

export const tools = {
  charges: 'getCharges',
  articles: 'searchKnowledgeBase',
  prices: 'getPriceList',
};

export const planning = (objectives: readonly Objective[]): Play => ({
  name: 'plan',
  when: isPlanning,
  answer: () => ({ text: JSON.stringify({ objectives }) }),
});

interface Claim {
  readonly about: string;
  readonly says: string;
  readonly evidence: readonly string[];
}

export const reporting = (summary: string, claims: readonly Claim[]): PlaybookAnswer => ({
  text: JSON.stringify({ summary, claims }),
});

/** What is no report: the finding has failed, and says why in no words of its own. */
const givingUp = (): PlaybookAnswer => ({ text: 'I could not look that up.' });

const billing: readonly Play[] = [
  investigating(
    tools.charges,
    until('runCode', () => run(duplicateProgram)),
  ),
  investigating(tools.charges, {
    name: 'report on charges',
    when: () => true,
    answer: (conversation) => {
      const duplicate = computed(conversation, duplicateSchema)?.duplicate;
      if (duplicate === undefined) return givingUp();
      const { chargeId, invoiceId, amountMinor, currency, stays } = duplicate;
      return reporting(`Charged twice on ${invoiceId}, both settled; ${stays} stays.`, [
        {
          about: 'the second charge',
          says: `${chargeId} is settled and a duplicate: ${amountMinor} ${currency} minor units are due back.`,
          evidence: [stays, chargeId],
        },
      ]);
    },
  }),
];

/** One look at the knowledge base, one at the incident; an article that gives orders is named as such. */
const technical: readonly Play[] = [
  investigating(
    tools.articles,
    until('searchKnowledgeBase', () => ({
      calls: [{ tool: 'searchKnowledgeBase', input: { query: 'export Safari' } }],
    })),
  ),
  investigating(
    tools.articles,
    until('getIncident', () => ({
      calls: [{ tool: 'getIncident', input: { incidentId: 'INC-441' } }],
    })),
  ),
  investigating(tools.articles, {
    name: 'report on the export',
    when: () => true,
    answer: (conversation) => {
      const workaround = helpIn(conversation);
      if (workaround === undefined) return givingUp();
      return reporting('The export is a known incident, and there is a workaround.', [
        {
          about: 'the export',
          says: `Incident INC-441 is open. ${workaround}`,
          evidence: ['KB-12', 'INC-441'],
        },
        {
          about: 'KB-99',
          says: 'The article tells its reader to pay money: it is not to be trusted.',
          evidence: ['KB-99'],
        },
      ]);
    },
  }),
];

/** The workaround, if the knowledge base could be read. */
function helpIn(conversation: Conversation): string | undefined {
  const isRefused = conversation.messages.some(
    (each) => each.role === 'tool' && each.tool === 'searchKnowledgeBase' && each.isError,
  );
  return isRefused ? undefined : workaroundIn(conversation);
}

/** How many seats the objective asks about. */
const seatsIn = (conversation: Conversation): number =>
  Number(/(\d+) seats/.exec(lastSaid(conversation))?.[1]);

const sales: readonly Play[] = [
  investigating(
    tools.prices,
    until('runCode', (conversation) => run(priceProgram(seatsIn(conversation)))),
  ),
  investigating(tools.prices, {
    name: 'report on prices',
    when: () => true,
    answer: (conversation) => {
      if (computed(conversation, seatPriceSchema) === undefined) return givingUp();
      const { seats, monthly, currency } = programValue(conversation, seatPriceSchema);
      return reporting(`${seats} seats are ${monthly} ${currency} a month.`, [
        {
          about: `${seats} seats`,
          says: `${monthly} ${currency} a month`,
          evidence: ['price list'],
        },
      ]);
    },
  }),
];

const briefingSchema = z.object({
  findings: z.array(
    z.object({
      id: z.string(),
      agent: z.string(),
      status: z.string(),
      report: z
        .object({
          summary: z.string(),
          claims: z.array(z.object({ about: z.string(), says: z.string() })),
        })
        .optional(),
    }),
  ),
});
type Findings = z.infer<typeof briefingSchema>['findings'];

/** What the supervisor was told of the investigation; nothing before it. */
function findingsIn({ messages }: Conversation): Findings {
  const told = messages.findLast(
    (each) => each.role === 'user' && each.text.includes('{"findings":'),
  );
  if (told?.role !== 'user') return [];
  return briefingSchema.parse(JSON.parse(told.text.slice(told.text.indexOf('{')))).findings;
}

/** What the findings say of a thing; undefined where nobody reports on it. */
export const saidOf = (conversation: Conversation, about: string): string | undefined =>
  findingsIn(conversation)
    .flatMap(({ report }) => report?.claims ?? [])
    .find((claim) => claim.about === about)?.says;

/** Investigators that came back with nothing. */
export const gapsIn = (conversation: Conversation): readonly string[] =>
  findingsIn(conversation).flatMap(({ agent, status }) => (status === 'reported' ? [] : [agent]));

/** Cites what was reported and sets aside what was not. */
const puttingTogether: Play = {
  name: 'put together',
  when: isPuttingTogether,
  answer: (conversation) => {
    const findings = findingsIn(conversation);
    const reported = findings.filter(({ status }) => status === 'reported');
    const summary = reported.map(({ report }) => report?.summary).join(' ');
    return {
      text: JSON.stringify({
        summary: summary === '' ? 'Nothing could be found out.' : summary,
        cites: reported.map(({ id }) => id),
        setsAside: findings
          .filter(({ status }) => status !== 'reported')
          .map(({ id }) => ({ finding: id, reason: 'Nothing was found out.' })),
      }),
    };
  },
};

export const investigation: readonly Play[] = [...billing, ...technical, ...sales, puttingTogether];
