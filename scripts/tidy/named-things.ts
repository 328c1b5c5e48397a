import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What a document may name beside paths, because a reader can type it. */
export interface Nameable {
  readonly root: string;
  /** Names in package.json "scripts". */
  readonly npmScripts: readonly string[];
  /** Names of groundhog's commands. */
  readonly commands: readonly string[];
}

/** The things a document names in backticks and links, outside of code blocks: paths and commands. */
export function namedThings(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '');
  const quoted = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text ?? '');
  const linked = [...prose.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target ?? '');
  return [...quoted.filter(looksNamed), ...linked.filter((target) => !/^\w+:/.test(target))];
}

/** The commands a document tells a reader to type, each line of its shell blocks. */
export function typedCommands(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```(?:sh|bash|shell|console)\n([\s\S]*?)^```/gm)];
  return blocks
    .flatMap(([, block]) => (block ?? '').split('\n'))
    .map((line) => line.replace(/^\$ /, '').trim())
    .filter(isCommand);
}

/** True when `named`, written in the document at `documentPath`, exists. */
export function exists(named: string, documentPath: string, nameable: Nameable): boolean {
  const [program = '', verb = '', name = ''] = named.split(/\s+/);
  if (program === 'npm') {
    return verb === 'run' ? nameable.npmScripts.includes(name) : builtInNpm.includes(verb);
  }
  if (program === 'npx' && verb === 'groundhog') {
    return name.startsWith('--') || nameable.commands.includes(name);
  }
  if (program === 'npx') return existsSync(join(nameable.root, 'node_modules/.bin', verb));
  const besideIt = relative(nameable.root, join(nameable.root, dirname(documentPath), named));
  return [named, besideIt].some((path) => existsSync(join(nameable.root, path)));
}

const builtInNpm = ['ci', 'test', 'install'];

function isCommand(text: string): boolean {
  return /^(npm|npx) /.test(text);
}

/** A command, or a path into the project; not a pattern, a placeholder or what a run leaves behind. */
function looksNamed(text: string): boolean {
  if (/[<>*{}…$]|\.\.\./.test(text) || text.startsWith('.groundhog')) return false;
  if (isCommand(text)) return true;
  const [top = ''] = text.split('/');
  return !/\s/.test(text) && text.includes('/') && topNames.has(top);
}

const topNames = new Set(readdirSync(process.cwd()));
