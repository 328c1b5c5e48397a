import type { Paint } from '../render/paint.ts';
import type { Parameter, RawValue } from './parameter.ts';

/** What a command may do while it works; its result goes back by return. */
export interface CommandIo {
  /** Says one line about how the work goes. */
  readonly progress: (line: string) => void;
  /** Shows a piece of running text as it arrives, without a line break of its own. */
  readonly stream: (piece: string) => void;
  /** Draws a block in the place of the one drawn before, '' to take it away; does nothing where nobody watches. */
  readonly board: (block: string) => void;
  /** Says one line in a board's stead, where none is drawn. */
  readonly milestone: (line: string) => void;
  /** Aborted by Ctrl-C: stop, clean up, settle. */
  readonly signal: AbortSignal;
  /** Colours the result, where its reader sees colours. */
  readonly paint: Paint;
  /** Colours what is said meanwhile, where its reader sees colours. */
  readonly paintTalk: Paint;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * 0: it held. 1: a violation, a divergence, a failed gate. 2: wrong usage, or a result that says nothing. 3: nothing broke, and
 * of something nobody can say whether it held.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command found, for a person and for a program. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** For people; may hold several lines. */
  readonly text: string;
  /** For programs: the one object that `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>;
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>;
type Values<Given extends Parameters> = {
  readonly [Name in keyof Given]: Given[Name] extends Parameter<infer Value> ? Value : never;
};

/** A command as data; `run` loads its door only when called, so that the help loads none. */
export interface CommandDefinition<Arguments extends Parameters, Options extends Parameters> {
  readonly name: string;
  readonly summary: string;
  readonly arguments: Arguments;
  readonly options: Options;
  readonly run: (
    input: Values<Arguments> & Values<Options>,
    io: CommandIo,
  ) => Promise<CommandResult>;
}

/** A command whose input has still to be read. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly arguments: Parameters;
  readonly options: Parameters;
  /** Reads the input and runs. Throws UsageError before anything runs when the input does not fit. */
  readonly start: (
    raw: Readonly<Record<string, RawValue>>,
    io: CommandIo,
  ) => Promise<CommandResult>;
}

export function defineCommand<const Arguments extends Parameters, const Options extends Parameters>(
  definition: CommandDefinition<Arguments, Options>,
): Command {
  const { run, ...described } = definition;
  return {
    ...described,
    start: async (raw, io) => {
      const input = {
        ...readValues(definition.arguments, raw, (name) => name),
        ...readValues(definition.options, raw, optionName),
      };
      return run(input, io);
    },
  };
}

/** `databaseUrl` is written `--database-url`. */
export function optionName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function readValues<Given extends Parameters>(
  parameters: Given,
  raw: Readonly<Record<string, RawValue>>,
  written: (name: string) => string,
): Values<Given> {
  const values = Object.entries(parameters).map(([name, parameter]) => [
    name,
    parameter.read(raw[name], written(name)),
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of `parameters`, which Object.fromEntries forgets.
  return Object.fromEntries(values) as Values<Given>;
}
