import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HarnessError } from '#harness';

/** A file of somebody's own, and no name of ours: those have no separator and no extension. */
export const isModulePath = (nameOrPath: string): boolean => /[/\\]|\.[cm]?[jt]s$/.test(nameOrPath);

/**
 * What the module at `path`, as seen from the working directory, exports as `name`, if it is a `Value`. Throws
 * ModuleUnusableError, or what the module itself throws of ours: a card that does not hold together says so itself.
 */
export async function importNamed<Value>(
  path: string,
  wanted: {
    readonly name: string;
    readonly is: (value: unknown) => value is Value;
    /** How one is written. */
    readonly example: string;
  },
): Promise<Value> {
  const exported = await load(resolve(path));
  const value: unknown =
    typeof exported === 'object' && exported !== null
      ? Reflect.get(exported, wanted.name)
      : undefined;
  if (wanted.is(value)) return value;
  throw new ModuleUnusableError({
    path,
    problem: `it exports no \`${wanted.name}\` that can be used`,
    hint: `Write in it: ${wanted.example}`,
  });
}

async function load(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new ModuleUnusableError({
      path: file,
      problem: error instanceof Error ? error.message : String(error),
      hint: 'Run it alone to see more: node <the file>.',
      cause: error,
    });
  }
}

export class ModuleUnusableError extends HarnessError {
  constructor({
    path,
    problem,
    hint,
    cause,
  }: {
    readonly path: string;
    readonly problem: string;
    readonly hint: string;
    readonly cause?: unknown;
  }) {
    super({
      code: 'MODULE_UNUSABLE',
      message: `The module ${path} cannot be used: ${problem}.`,
      hint,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
