import { Argument, Command as Commander, Option } from 'commander';
import { type Command, optionName } from './define-command.ts';
import type { RawValue } from './parameter.ts';

/** Called when the command line names a command; the result is awaited by the parser. */
export type Start = (command: Command, raw: Readonly<Record<string, RawValue>>) => Promise<void>;

/** Describes the commands to commander. It parses and explains; it neither prints errors nor exits. */
export function buildProgram(commands: readonly Command[], start: Start): Commander {
  const program = new Commander('groundhog')
    .description('Record an agent session, replay it, kill it at every step, gate on what returns.')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const command of commands) addCommand(program, command, start);
  return program;
}

function addCommand(program: Commander, command: Command, start: Start): void {
  const argumentsInOrder = Object.entries(command.arguments);
  // Subcommands copy exitOverride and output from the program that makes them.
  const entry = program.command(command.name).description(command.summary);
  for (const [name, { required, summary, repeats }] of Object.entries(command.arguments)) {
    const shown = repeats === true ? `${name}...` : name;
    entry.addArgument(new Argument(required ? `<${shown}>` : `[${shown}]`, summary));
  }
  for (const [name, { placeholder, summary, fallback }] of Object.entries(command.options)) {
    const written = optionName(name);
    const flags = placeholder === undefined ? written : `${written} <${placeholder}>`;
    const said = fallback === undefined ? summary : `${summary} (default: ${fallback})`;
    entry.addOption(new Option(flags, said));
  }
  entry.option('--json', 'print one JSON object and nothing else');
  entry.action(async () => {
    const given = argumentsInOrder.map(([name, { repeats }], index) => [
      name,
      repeats === true ? entry.args.slice(index) : entry.args[index],
    ]);
    await start(command, {
      ...Object.fromEntries(given),
      ...entry.opts<Record<string, RawValue>>(),
    });
  });
}
