import { canonicalJson } from '#harness';
import { formatMoney } from '../desk/money.ts';
import { mailRequestSchema, refundRequestSchema } from '../desk/world/business.ts';
import type { LedgerEntry } from '../desk/world/ledger.ts';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type Ledger = Pick<Observation, 'ledger'>;

/**
 * I1: each effect happens once. What the world accepted is, effect by effect, what it accepted in the golden history; and
 * the key law: one effect comes under one key in every life, and one key never comes with two sets of arguments.
 */
export function checkEffectsOnce(golden: Ledger, { ledger }: Ledger): readonly Violation[] {
  return [...countEffects(golden.ledger, ledger), ...checkKeyLaw(golden.ledger, ledger)];
}

function countEffects(
  golden: readonly LedgerEntry[],
  ledger: readonly LedgerEntry[],
): readonly Violation[] {
  const expected = Map.groupBy(golden.filter(isAccepted), effectOf);
  const found = Map.groupBy(ledger.filter(isAccepted), effectOf);
  return [...new Map([...expected, ...found])].flatMap(([effect, [entry]]) => {
    const wanted = expected.get(effect)?.length ?? 0;
    const happened = found.get(effect)?.length ?? 0;
    if (wanted === happened || entry === undefined) return [];
    const name = describe(entry);
    return [
      {
        invariant: 'I1',
        expected: `${wanted} × ${name}`,
        found: `${happened} × ${name}`,
        message: `The world was made to do this ${happened} times instead of ${wanted}: ${name}.`,
      },
    ];
  });
}

function checkKeyLaw(
  golden: readonly LedgerEntry[],
  ledger: readonly LedgerEntry[],
): readonly Violation[] {
  const keyed = ledger.filter((entry) => entry.key !== null);
  const reused = [...Map.groupBy(keyed, (entry) => entry.key)].flatMap(([key, entries]) => {
    const effects = new Map(entries.map((entry) => [effectOf(entry), describe(entry)]));
    return effects.size <= 1
      ? []
      : [keyLaw(`key ${key} with one set of arguments`, [...effects.values()].join(' and '))];
  });
  const renamed = [...Map.groupBy(keyed, effectOf)].flatMap(([effect, entries]) => {
    const wanted = golden.filter((entry) => isAccepted(entry) && effectOf(entry) === effect).length;
    const keys = [...new Set(entries.map((entry) => entry.key))];
    return keys.length <= Math.max(1, wanted)
      ? []
      : [
          keyLaw(
            'one effect under one key',
            `${entries.map(describe)[0]} under ${keys.join(' and ')}`,
          ),
        ];
  });
  return [...reused, ...renamed];
}

function keyLaw(expected: string, found: string): Violation {
  const message = `The key law is broken: expected ${expected}, found ${found}.`;
  return { invariant: 'I1', expected, found, message };
}

const isAccepted = ({ outcome }: LedgerEntry): boolean => outcome === 'accepted';

/** What an effect is to the business: all of its arguments but the sender's own name for it. */
function effectOf({ kind, arguments: body }: LedgerEntry): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return canonicalJson([kind, body]);
  }
  const { reference: _, ...effect } = body;
  return canonicalJson([kind, effect]);
}

function describe({ kind, arguments: body }: LedgerEntry): string {
  const refund = refundRequestSchema.safeParse(body).data;
  if (kind === 'refund' && refund !== undefined) {
    return `refund of ${formatMoney(refund.amountMinor, refund.currency)} on ${refund.chargeId}`;
  }
  const mail = mailRequestSchema.safeParse(body).data;
  if (mail !== undefined) return `mail '${mail.subject}' to ${mail.customerId}`;
  return `${kind} ${canonicalJson(body)}`;
}
