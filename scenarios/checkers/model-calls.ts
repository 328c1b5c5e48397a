import type { ModelCall, Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type Calls = Pick<Observation, 'modelCalls'>;

/**
 * I7: over all lives the models are called where the golden history calls them, once; only the calls in `repeatable`,
 * those in flight and not yet saved when a life ended, may be made once more each.
 */
export function checkModelCalls(
  golden: Calls,
  { modelCalls }: Calls,
  repeatable: readonly ModelCall[],
): readonly Violation[] {
  const places = new Set([...golden.modelCalls, ...modelCalls].map(placeOf));
  return [...places].flatMap((place) => {
    const least = countAt(golden.modelCalls, place);
    const most = least + countAt(repeatable, place);
    const found = countAt(modelCalls, place);
    if (found >= least && found <= most) return [];
    const expected = least === most ? `${least} calls` : `${least} to ${most} calls`;
    return [
      {
        invariant: 'I7',
        expected: `${expected} at ${place}`,
        found: `${found} calls`,
        message: `A model call is paid for: at ${place} expected ${expected}, found ${found}.`,
      },
    ];
  });
}

const placeOf = ({ lane, ordinal }: ModelCall): string => `${lane}[${ordinal}]`;

const countAt = (calls: readonly ModelCall[], place: string): number =>
  calls.filter((call) => placeOf(call) === place).length;
