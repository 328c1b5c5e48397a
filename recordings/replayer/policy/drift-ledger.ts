import { placeName } from '../../format/recording.ts';
import { type DivergenceClass, type Drift, divergenceClasses } from '../divergence.ts';
import {
  acceptanceOf,
  type DatedPolicy,
  type DriftAcceptance,
  hasEnded,
  type PolicyStanding,
} from './drift-policy.ts';

/** What a replay met that was not as recorded and that it went on from. */
export interface DriftLedger {
  /** Whether the class is accepted today. If so, the drift is counted, once a place however often it is asked. */
  readonly accepts: (drift: Drift) => boolean;
  /** Keeps what can neither be confirmed nor denied; unless that is accepted too, the replay is no agreement. */
  readonly doubt: (drift: Omit<Drift, 'class'>) => void;
  /** The policy of this class, if its day has passed. */
  readonly expired: (kind: DivergenceClass) => DriftAcceptance | undefined;
  readonly accepted: () => readonly Drift[];
  readonly doubts: () => readonly Drift[];
  readonly standings: () => readonly PolicyStanding[];
}

export function createDriftLedger({ policy, today }: DatedPolicy): DriftLedger {
  const accepted = new Map<string, Drift>();
  const doubts = new Map<string, Drift>();
  const expired = (kind: DivergenceClass): DriftAcceptance | undefined => {
    const acceptance = acceptanceOf(policy, kind);
    return acceptance !== undefined && hasEnded(acceptance, today) ? acceptance : undefined;
  };
  const accepts = (drift: Drift): boolean => {
    const isAccepted =
      acceptanceOf(policy, drift.class) !== undefined && expired(drift.class) === undefined;
    if (isAccepted) keep(accepted, drift);
    return isAccepted;
  };
  return {
    accepts,
    doubt: (what) => {
      const drift: Drift = { class: 'UNVERIFIABLE', ...what };
      if (!accepts(drift)) keep(doubts, drift);
    },
    expired,
    accepted: () => [...accepted.values()],
    doubts: () => [...doubts.values()],
    standings: () =>
      divergenceClasses.flatMap((kind) => {
        const acceptance = acceptanceOf(policy, kind);
        if (acceptance === undefined) return [];
        const drifts = [...accepted.values()].filter((drift) => drift.class === kind).length;
        return [{ class: kind, ...acceptance, isExpired: hasEnded(acceptance, today), drifts }];
      }),
  };
}

function keep(drifts: Map<string, Drift>, drift: Drift): void {
  const key = `${drift.class} ${drift.at === undefined ? '' : placeName(drift.at.place)}`;
  if (!drifts.has(key)) drifts.set(key, drift);
}
