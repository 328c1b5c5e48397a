import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypes } from '#harness';
import type { View } from './view.ts';

// One file that holds all it needs. What it shows was said by strangers, so its policy lets run what is in it and nothing
// else: the script and the style with these very digests, no request, and no markup made of texts.

const entry = new URL('./page/main.ts', import.meta.url);
/** In the order in which a later one may say otherwise. */
const styles = [
  'base',
  'head',
  'timeline',
  'steps',
  'step',
  'timing',
  'context',
  'dialog',
  'narrow',
  'media',
];

/** The page as HTML, to be opened from a disk. */
export function renderPage(view: View): string {
  const [before = '', after = ''] = (frame ??= makeFrame());
  const data = `<script type="application/json" id="view">${embedded(view)}</script>`;
  return `${before}${data}${after}`;
}

/** What every page has before its data, and behind it. */
let frame: readonly string[] | undefined;

function makeFrame(): readonly string[] {
  const read = (name: string): string => readFileSync(new URL(name, entry), 'utf8');
  const style = styles.map((name) => read(`style/${name}.css`)).join('\n');
  const script = joinModules(entry);
  const parts: Readonly<Record<string, string>> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policyFor(script, style)}">`,
    style: `<style>${style}</style>`,
    script: `<script type="module">${script}</script>`,
  };
  return read('page.html')
    .split('<!--data-->')
    .map((half) =>
      // A function: in a text `$&` would stand for what is replaced.
      half.replaceAll(/<!--(policy|style|script)-->/g, (_, name: string) => parts[name] ?? ''),
    );
}

function policyFor(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${digestOf(script)}'`,
    `style-src '${digestOf(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

const digestOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** JSON in which nothing can end the element it stands in, nor a line of script. */
function embedded(view: View): string {
  return JSON.stringify(view)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
}

/**
 * The entry and all it imports as one script: each module once, behind those that it needs, without its types, imports and
 * exports. Names keep to themselves by being different: a script that declares one twice does not start.
 */
function joinModules(file: URL, seen = new Set<string>()): string {
  if (seen.has(file.href)) return '';
  seen.add(file.href);
  const source = stripTypes(readFileSync(file, 'utf8'));
  const imports = [...source.matchAll(importing)].map(([, from = '']) => new URL(from, file));
  const needed = imports.map((each) => joinModules(each, seen)).join('');
  return `${needed}${source.replaceAll(importing, '').replaceAll(exporting, '')}`;
}

const importing = /^import\s[^;]*?\sfrom\s'([^']+)';\n/gm;
const exporting = /^export (?=(?:async )?function |const |class )/gm;
