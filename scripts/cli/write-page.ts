import { join } from 'node:path';
import type { View } from '#recordings/viewer';
import type { CommandResult } from './define-command.ts';
import { openFile } from './open-file.ts';

const directory = '.groundhog/views';

interface PagePlace {
  /** Where the page is written: a file, or a directory; `.groundhog/views` when undefined. */
  readonly out: string | undefined;
  /** Whether it is opened in the browser. */
  readonly open: boolean;
}

/** Writes the page of a view and says where it is. */
export async function writePage(view: View, { out, open }: PagePlace): Promise<CommandResult> {
  const [{ renderPage }, { pageFile, writePageFile }] = await Promise.all([
    import('#recordings/viewer'),
    import('./page-file.ts'),
  ]);
  const called = `${fileNameOf(view)}.html`;
  const file = await pageFile(out ?? join(directory, called), called);
  const html = renderPage(view);
  await writePageFile(file, html);
  const isOpen = open && (await openFile(file));
  const differences = view.rows.filter(
    ({ difference }) => difference === 'result' || difference === 'one-sided',
  ).length;
  const steps = view.sides.map((side) => `${side.name}: ${side.steps.length} steps`).join(', ');
  const differ = view.sides.length < 2 ? '' : `, ${differences} of them with another result`;
  const unopened = open && !isOpen ? '\nNothing here opens it: open it in a browser.' : '';
  return {
    exitCode: 0,
    text: `${steps}${differ}\n${file}${unopened}`,
    json: {
      file,
      bytes: Buffer.byteLength(html),
      sides: view.sides.map(({ name, made, steps: { length } }) => ({
        name,
        made: made.label,
        steps: length,
      })),
      ...(view.sides.length < 2 ? {} : { differences }),
      open: isOpen,
    },
  };
}

/** Names of recordings may be paths, or hold anything. */
function fileNameOf({ sides }: View): string {
  const names = sides.map(({ name }) =>
    name
      .replaceAll(/[^\w.-]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, 80),
  );
  return names.join('+') || 'view';
}
