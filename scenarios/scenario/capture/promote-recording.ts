import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { HarnessError } from '#harness';
import { readRecording, writeRecording } from '#recordings';
import { isModulePath } from '../../suites/import-named.ts';
import { locateScenario, recordingBeside } from '../../suites/locate-scenario.ts';
import { sessionOf } from './session-of.ts';

export interface PromoteOptions {
  /** The scenario whose subject and world it takes over: an id, or a file that exports one. */
  readonly like: string;
  /** Id of the new scenario. */
  readonly as: string;
  /** Path of the new card. */
  readonly out: string;
}

export interface PromoteReport {
  readonly scenario: string;
  readonly card: string;
  readonly recording: string;
  readonly messages: number;
}

/** By what a card enters here: a name of this checkout, or, where this was installed, one of the package. */
const door = import.meta.filename.endsWith('.ts') ? '#scenarios' : 'groundhog/scenarios';

/**
 * Makes a card of a recorded session, for a person to say in what must hold, with the recording beside it: what people said
 * is the session's, everything else that of a scenario that is like it.
 * @throws CardTakenError
 */
export async function promoteRecording(
  path: string,
  { like, as, out }: PromoteOptions,
): Promise<PromoteReport> {
  const recording = await readRecording(path);
  const { scenario } = await locateScenario(like);
  const { principal, messages } = sessionOf(recording);
  const origin = isModulePath(like)
    ? `import { scenario as like } from '${importPath(out, like)}';`
    : `import { scenarioNamed } from '${door}';\n\nconst like = scenarioNamed('${scenario.id}');`;
  const card = `import { defineScenario } from '${door}';
${origin}

// A session that happened; its recording beside this file answers for the model. Yours to say: what its world held where that
// was something else, and what must hold in the end (\`final\`, \`calls\`, \`reply\`, \`checkers\`).

export const scenario = defineScenario({
  ...like,
  id: ${JSON.stringify(as)},
  title: ${JSON.stringify(`As ${scenario.id}, and it happened`)},
  tags: ['captured'],
  principal: ${JSON.stringify(principal)},
  messages: ${JSON.stringify(messages, null, 2).replaceAll('\n', '\n  ')},
});
`;
  await mkdir(dirname(out), { recursive: true });
  await writeNew(out, card);
  const beside = recordingBeside(out, as);
  await writeRecording(beside, { ...recording, header: { ...recording.header, name: as } });
  return { scenario: as, card: out, recording: beside, messages: messages.length };
}

function importPath(from: string, to: string): string {
  const path = relative(dirname(resolve(from)), resolve(to))
    .split(sep)
    .join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw isThere ? new CardTakenError(path, error) : error;
  }
}

class CardTakenError extends HarnessError {
  constructor(path: string, cause: unknown) {
    super({
      code: 'CARD_TAKEN',
      message: `There is a card at ${path} already, which somebody may have written in.`,
      hint: 'Name another file, or take it away.',
      cause,
    });
  }
}
