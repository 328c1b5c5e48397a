import { Script } from 'node:vm';

/** What is wrong with a program's syntax, and on which of its lines. */
export interface SyntaxFault {
  readonly message: string;
  readonly line?: number;
}

const AsyncFunction = (async () => undefined).constructor;

/**
 * The fault in `source` as the body of an async function in strict mode, or undefined. It is parsed alone and never run:
 * what closes the function around it and opens another is no body.
 */
export function syntaxFaultOf(source: string): SyntaxFault | undefined {
  const body = `"use strict";${source}`;
  try {
    Reflect.construct(AsyncFunction, [body]);
    return undefined;
  } catch {
    // Whether it parses is the whole question; where it does not, a script says better than this constructor.
    return scriptFaultOf(`(async function () {${body}\n})`);
  }
}

function scriptFaultOf(text: string): SyntaxFault {
  try {
    void new Script(text, { filename });
    return { message: 'The program closes a brace that it has not opened.' };
  } catch (error) {
    if (!(error instanceof Error)) return { message: 'The program does not parse.' };
    const line = new RegExp(`^${filename}:(\\d+)`).exec(error.stack ?? '')?.[1];
    return line === undefined
      ? { message: error.message }
      : { message: error.message, line: Number(line) };
  }
}

const filename = 'program.js';
