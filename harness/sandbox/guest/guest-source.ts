import { readFile } from 'node:fs/promises';
import { stripTypes } from '../../host/strip-types.ts';
import type { GuestSettings } from './guest.ts';

/** The name under which the engine holds the host's two functions. */
export const bridgeName = 'sandboxHost';

/** The engine puts this many lines of its own before the text. */
const engineLines = 2;

const moneyHelpers = 'add, subtract, multiply, percent, allocate, format, parse';

/**
 * `program` as the body of an async function in strict mode, in front of whose globals stand the repeatable ones.
 * Its own declarations may take any name.
 */
export async function guestSource(program: string, settings: GuestSettings): Promise<string> {
  const head = [
    '"use strict";',
    `const money = ${await moneySource()};`,
    `const guest = (() => { ${await inside('./guest.ts')}; return { openSurface, conclude }; })();`,
    `const surface = guest.openSurface({ Date, Math }, ${bridgeName}, ${JSON.stringify(settings)});`,
    `return await ((conclude, Date, Math, console, tools, globalThis, ${bridgeName}, guest, surface) => conclude(async function () {`,
  ].join('\n');
  const firstLine = head.split('\n').length + 1;
  const tail = `}, { firstLine: ${firstLine + engineLines}, resultLengthLimit: ${settings.resultLengthLimit} }))(guest.conclude, surface.Date, surface.Math, surface.console, surface.tools);`;
  return `${head}\n${program}\n${tail}`;
}

/** An expression: the money helpers. */
export async function moneySource(): Promise<string> {
  return `(() => { ${await inside('./money.ts')}; return Object.freeze({ ${moneyHelpers} }); })()`;
}

/** The file's own text without types and exports: what the tests outside have tested is what runs inside. */
function inside(file: GuestFile): Promise<string> {
  return (texts[file] ??= strip(file));
}

type GuestFile = './money.ts' | './guest.ts';

/** Most of what a small program would cost is stripping them. */
const texts: { [File in GuestFile]?: Promise<string> } = {};

async function strip(file: GuestFile): Promise<string> {
  const typed = await readFile(new URL(file, import.meta.url), 'utf8');
  return stripTypes(typed).replaceAll(/^export /gm, '');
}
