import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Expression,
  type MemberExpression,
  type ParseResult,
  parseSync,
  Visitor,
} from 'oxc-parser';

/** The folders that hold code, each a party of the boundary table. */
const folders = [
  'harness',
  'recordings',
  'scenarios',
  'evals',
  'bench',
  'scripts',
  'docs',
] as const;

/** A file as a checker sees it: where it is, what it says, what it parses to. */
export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly parsed: ParseResult;
}

/** One mention of a module, however it is written. */
export interface Reference {
  readonly specifier: string;
  /** True when only types are taken, so that nothing is loaded at run time. */
  readonly isType: boolean;
}

/** Folders of recordings are named for the test file they belong to. */
const isRecordings = /(?:^|\/)__recordings__\//;

/** Every code file below `root`, tests and root configs included, in a stable order. */
export function readSourceFiles(root: string): readonly SourceFile[] {
  return globSync([`{${folders.join(',')}}/**/*.{ts,js}`, '*.config.ts'], { cwd: root })
    .filter((path) => !isRecordings.test(path))
    .toSorted()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

export function parseSource(path: string, text: string): SourceFile {
  return { path, text, parsed: parseSync(path, text) };
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** Every module a file names: static, re-exported, `import('x')`, `import('x').Type`, `require('x')`, `resolve('x')`. */
export function referencesOf(file: SourceFile): readonly Reference[] {
  return [...staticReferences(file), ...lazyReferences(file)];
}

function staticReferences({ parsed }: SourceFile): Reference[] {
  const imported = parsed.module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    isType: entries.length > 0 && entries.every((entry) => entry.isType),
  }));
  const reexported = parsed.module.staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, isType }) =>
      moduleRequest ? [{ specifier: moduleRequest.value, isType }] : [],
    );
  return [...imported, ...reexported];
}

function lazyReferences({ parsed }: SourceFile): Reference[] {
  const requires = new Set(['require', ...madeByCreateRequire(parsed)]);
  const references: Reference[] = [];
  const note = (source: Expression | undefined, isType = false): void => {
    const specifier = source && literalText(source);
    if (specifier !== undefined) references.push({ specifier, isType });
  };
  new Visitor({
    ImportExpression: ({ source }) => note(source),
    TSImportType: ({ source }) => note(source, true),
    CallExpression: ({ callee, arguments: [first] }) => {
      const loader = isResolve(callee) ? callee.object : callee;
      const isLoader =
        isCallOf(loader, 'createRequire') ||
        loader.type === 'MetaProperty' ||
        (loader.type === 'Identifier' && requires.has(loader.name));
      if (isLoader && first?.type !== 'SpreadElement') note(first);
    },
  }).visit(parsed.program);
  return references;
}

function madeByCreateRequire({ program }: ParseResult): string[] {
  const names: string[] = [];
  new Visitor({
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'Identifier' && init && isCallOf(init, 'createRequire')) names.push(id.name);
    },
  }).visit(program);
  return names;
}

function isCallOf(expression: Expression, name: string): boolean {
  if (expression.type !== 'CallExpression') return false;
  const { callee } = expression;
  if (callee.type === 'Identifier') return callee.name === name;
  return (
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === name
  );
}

/** `require.resolve`, `import.meta.resolve`: to look for a package is to depend on it. */
function isResolve(callee: Expression): callee is MemberExpression {
  return (
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'resolve'
  );
}

function literalText(expression: Expression): string | undefined {
  if (expression.type === 'Literal' && typeof expression.value === 'string')
    return expression.value;
  if (expression.type !== 'TemplateLiteral' || expression.expressions.length > 0) return undefined;
  return expression.quasis[0]?.value.cooked ?? undefined;
}
