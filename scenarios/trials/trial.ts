import type { Violation } from '../checkers/violation.ts';
import type { WorldServer } from '../desk/world/world-server.ts';
import type { Defect, Mutant } from '../mutants/mutant.ts';

/** The smallest thing that happens in which a defect shows: a session, a probe, a pair of servers. */
export interface Trial<Of extends Defect = Defect> {
  readonly defect: Of;
  /** Lets it happen, with the defect or without it, and says what is broken. Throws when it could not be tried. */
  readonly play: (stage: Stage) => Promise<readonly Violation[]>;
}

export interface Stage {
  /** Whether the defect is switched on. */
  readonly isOn: boolean;
  readonly worldServer: WorldServer;
  readonly signal: AbortSignal;
}

/** For a session's options: the mutant, where it is switched on. */
export const switched = (mutant: Mutant, { isOn }: Stage): { readonly mutant?: Mutant } =>
  isOn ? { mutant } : {};
