/**
 * Rules about code that neither the type checker nor the linter can hold.
 * What the linter can hold stands in .oxlintrc.json and is shown to fire by `lint.test.ts`.
 */

import { Visitor } from 'oxc-parser';
import type { SourceFile } from './source-file.ts';

export interface HouseRule {
  /** What is not done, and what to do instead. */
  readonly rule: string;
  /** The offending pieces of the file, as written. */
  readonly findIn: (file: SourceFile) => readonly string[];
}

/** A file that breaks a rule, with the piece that does. */
export interface Offence {
  readonly file: string;
  readonly rule: string;
  readonly piece: string;
}

export const houseRules: readonly HouseRule[] = [
  {
    // `erasableSyntaxOnly` lets decorators pass and Node dies of them.
    rule: 'No decorators: Node strips types, it does not compile.',
    findIn: (file) => {
      const spans: Span[] = [];
      new Visitor({ Decorator: (node) => void spans.push(node) }).visit(file.parsed.program);
      return piecesOf(file, spans);
    },
  },
  {
    rule: 'No `export *`: a door lists what it lets out.',
    findIn: (file) => {
      const spans: Span[] = [];
      new Visitor({ ExportAllDeclaration: (node) => void spans.push(node) }).visit(
        file.parsed.program,
      );
      return piecesOf(file, spans);
    },
  },
  {
    rule: 'No mocks, spies or fake timers: drive the real thing.',
    findIn: (file) => {
      const spans: Span[] = [];
      new Visitor({
        ImportSpecifier: (node) => {
          if (node.local.name === 'vi') spans.push(node);
        },
      }).visit(file.parsed.program);
      return piecesOf(file, spans);
    },
  },
  {
    rule: 'A checker is silenced for one line, for one rule and with a reason (`-- why`).',
    findIn: (file) =>
      file.parsed.comments
        .map(({ value }) => value.trim())
        .filter((comment) => isSilencing(comment) && !isExplained(comment)),
  },
];

export function findOffences(files: readonly SourceFile[]): readonly Offence[] {
  return files.flatMap((file) =>
    houseRules.flatMap(({ rule, findIn }) =>
      findIn(file).map((piece) => ({ file: file.path, rule, piece })),
    ),
  );
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function piecesOf({ text }: SourceFile, spans: readonly Span[]): string[] {
  return spans.map(({ start, end }) => text.slice(start, end));
}

function isSilencing(comment: string): boolean {
  return /^(oxlint-|eslint-|biome-ignore|@ts-(ignore|nocheck|expect-error))/.test(comment);
}

function isExplained(comment: string): boolean {
  return /^(oxlint-disable-next-line \S+|@ts-expect-error) -- \S/.test(comment);
}
