import { HarnessError } from '#harness/values';
import type { AnyRecording } from './call-recording.ts';

/** A session was wanted where a file holds calls, of which nobody knows what asked for them; or the other way round. */
export class RecordingKindError extends HarnessError {
  constructor(file: string, { fidelity, made }: AnyRecording['header']) {
    const [held, hint] =
      fidelity === 'session'
        ? ['a session, and not calls of another tool', 'Run it again: npx groundhog replay FILE.']
        : [
            `calls (${made}, fidelity ${fidelity}), and no session that could be run again`,
            'Replay it by the agent that made them: npx groundhog replay FILE --agent AGENT.ts; or drive the answers of an import through a provider: --provider openai.',
          ];
    super({ code: 'RECORDING_OF_OTHER_KIND', message: `${file} holds ${held}.`, hint });
  }
}
