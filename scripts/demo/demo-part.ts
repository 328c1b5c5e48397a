import type { CommandIo } from '../cli/define-command.ts';

/** One thing a newcomer is shown. */
export interface DemoPart {
  readonly title: string;
  readonly play: (io: CommandIo) => Promise<DemoFinding>;
}

export interface DemoFinding {
  readonly held: boolean;
  /** One sentence for the closing list. */
  readonly found: string;
  /** What is shown when the part is over; nothing when it was shown as it went. */
  readonly details?: string;
}
