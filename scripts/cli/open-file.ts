import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

const openers: Partial<Record<NodeJS.Platform, readonly [command: string, ...given: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** A command that finds nothing to open a file with says so within this; one that opens it may live as long as the browser. */
const refusalMs = 3000;

/** Opens a file with whatever this machine opens its kind with. False where there is nothing that does. */
export async function openFile(file: string): Promise<boolean> {
  const [command, ...given] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...given, file], { detached: true, stdio: 'ignore' });
  child.unref();
  const waiting = new AbortController();
  try {
    const exit: readonly unknown[] = await Promise.race([
      once(child, 'exit', { signal: waiting.signal }),
      setTimeout(refusalMs, [0], { signal: waiting.signal }),
    ]);
    return exit[0] === 0;
  } catch {
    // There is no such command here: the caller says where the file is.
    return false;
  } finally {
    waiting.abort();
  }
}
