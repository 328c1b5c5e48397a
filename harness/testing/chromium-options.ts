import { existsSync } from 'node:fs';

const candidates = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** How a browser is started that pages are tested in: the one of this machine, and it asks for nothing by itself. */
export function chromiumOptions(): {
  readonly executablePath: string;
  readonly args: string[];
} {
  return {
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

function findChromium(): string {
  const found = candidates.find((candidate) => candidate !== '' && existsSync(candidate));
  if (found !== undefined) return found;
  throw new Error(
    `No Chromium at ${candidates.filter(Boolean).join(', ')}. Install the package "chromium", or set CHROMIUM to a browser's path.`,
  );
}
