import type { Json, SessionEvent } from '#harness';
import type { Scenario } from '../define-scenario.ts';
import { type Finding, finding, listOf } from './finding.ts';

// Money is computed by code and read from records; a model that makes an amount up is wrong even where it is right.

/** An amount that a call was made with. */
interface AskedAmount {
  readonly tool: string;
  /** `issueRefund(amountMinor: 4500)`. */
  readonly text: string;
  /** The tools that had shown this figure by then. */
  readonly shownBy: ReadonlySet<string>;
}

/** The tool whose results are computed. */
const sandbox = 'runCode';

/** Amounts of calls come from results that were there before: of any tool, and of the sandbox where the card says so. */
export function checkAmounts(
  { calls: { computed = [] } }: Pick<Scenario, 'calls'>,
  events: readonly SessionEvent[],
): readonly Finding[] {
  const asked = askedAmounts(events);
  const invented = asked.filter(({ shownBy }) => shownBy.size === 0);
  return [
    finding('trajectory', 'forbidden', {
      ok: invented.length === 0,
      reason: `amounts that no tool has shown: ${listOf(invented.map(({ text }) => text))}`,
    }),
    ...computed.map((tool) => {
      const own = asked.filter((each) => each.tool === tool);
      const uncomputed = own.filter(({ shownBy }) => !shownBy.has(sandbox));
      return finding('trajectory', 'required', {
        ok: own.length > 0 && uncomputed.length === 0,
        reason:
          `amounts of ${tool} that ${sandbox} has computed: ${own.length - uncomputed.length} of ` +
          `${own.length}; others: ${listOf(uncomputed.map(({ text }) => text))}`,
      });
    }),
  ];
}

function askedAmounts(events: readonly SessionEvent[]): readonly AskedAmount[] {
  const asked: AskedAmount[] = [];
  const shown = new Map<number, Set<string>>();
  for (const { fact } of events) {
    if (fact.type === 'tool-requested') {
      for (const [name, amount] of amountsIn(fact.input)) {
        const text = `${fact.tool}(${name}: ${amount})`;
        asked.push({ tool: fact.tool, text, shownBy: new Set(shown.get(amount)) });
      }
    } else if (fact.type === 'tool-completed') {
      const { tool, output } = fact;
      const figures = tool === sandbox ? numbersIn(resultOf(output)) : amountsIn(output);
      for (const [, amount] of figures)
        shown.set(amount, (shown.get(amount) ?? new Set()).add(tool));
    }
  }
  return asked;
}

/** What a program returned; its log lines and errors are no results. */
const resultOf = (output: Json): Json =>
  typeof output === 'object' && output !== null && !Array.isArray(output)
    ? (output['value'] ?? null)
    : null;

/** Figures that are named as amounts in minor units. */
const amountsIn = (value: Json): readonly (readonly [name: string, amount: number])[] =>
  numbersIn(value).filter(([name]) => name.endsWith('Minor'));

function numbersIn(value: Json, name = ''): readonly (readonly [name: string, amount: number])[] {
  if (typeof value === 'number') return [[name, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    numbersIn(each, Array.isArray(value) ? name : key),
  );
}
