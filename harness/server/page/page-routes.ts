import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { stripTypes } from '../../host/strip-types.ts';

// The page and all it loads: files of this folder, and the client library as it is, without its types.

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const files: Readonly<Record<string, { readonly file: URL; readonly type: string }>> = {
  '/': { file: new URL('./page.html', import.meta.url), type: 'text/html; charset=utf-8' },
  '/server/page/page.css': {
    file: new URL('./page.css', import.meta.url),
    type: 'text/css; charset=utf-8',
  },
  '/server/page/page.js': {
    file: new URL('./page.js', import.meta.url),
    type: 'text/javascript; charset=utf-8',
  },
  ...scripts(['approval-card', 'clear-dialog', 'element', 'timeline']),
  ...sources([
    'client/api-client',
    'client/connect',
    'client/fold-conversation',
    'client/frames',
    'client/platform',
    'client/protocol',
    'client/turn-text',
    'host/harness-error',
    'session/sub-run',
  ]),
};

/** `/` and what it refers to. */
export function pageRoutes(): Hono {
  const app = new Hono();
  for (const [path, { file, type }] of Object.entries(files)) {
    let content: string | undefined;
    app.get(path, (context) =>
      context.body((content ??= contentOf(file)), 200, {
        'Content-Type': type,
        'Content-Security-Policy': policy,
        'Cache-Control': 'no-cache',
      }),
    );
  }
  return app;
}

function scripts(names: readonly string[]): typeof files {
  return Object.fromEntries(
    names.map((name) => [
      `/server/page/${name}.js`,
      { file: new URL(`./${name}.js`, import.meta.url), type: 'text/javascript; charset=utf-8' },
    ]),
  );
}

function sources(names: readonly string[]): typeof files {
  return Object.fromEntries(
    names.map((name) => [
      `/${name}.ts`,
      {
        file: new URL(`../../${name}.ts`, import.meta.url),
        type: 'text/javascript; charset=utf-8',
      },
    ]),
  );
}

function contentOf(file: URL): string {
  const source = readFileSync(file, 'utf8');
  return file.pathname.endsWith('.ts') ? stripTypes(source) : source;
}
