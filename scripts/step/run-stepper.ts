import { emitKeypressEvents } from 'node:readline';
import type { ViewedStory } from '#recordings';
import { drawStepper, pageLinesOf, type ScreenSize } from './draw-stepper.ts';
import { type Key, openStepper, press } from './stepper-state.ts';

/** The terminal of somebody who looks. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly setRawMode: (mode: boolean) => unknown };
  readonly output: NodeJS.EventEmitter & {
    readonly write: (text: string) => unknown;
    readonly columns: number;
    readonly rows: number;
  };
}

/** A screen of its own, without a cursor; and back to what was there. */
const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';

/** Steps through a story by key until `q`. The terminal is given back as it was, also when this process dies. */
export async function runStepper(
  viewed: ViewedStory,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  let state = openStepper(viewed);
  const size = (): ScreenSize => ({ rows: output.rows || 24, columns: output.columns || 80 });
  const draw = (): void => {
    const lines = drawStepper(state, size()).map((line) => `${line}\x1b[K`);
    output.write(`\x1b[H${lines.join('\r\n')}\x1b[J`);
  };
  const ended = Promise.withResolvers<void>();
  const onKey = (_: string | undefined, key: Key): void => {
    try {
      const next = press(state, key, pageLinesOf(size()));
      if (next === undefined) return ended.resolve();
      state = next;
      draw();
    } catch (error) {
      ended.reject(error);
    }
  };
  const onEnd = (): void => ended.resolve();
  const restore = (): void => {
    input.setRawMode(false);
    output.write(leave);
  };
  process.once('exit', restore);
  emitKeypressEvents(input);
  input.on('keypress', onKey);
  input.on('end', onEnd);
  output.on('resize', draw);
  signal.addEventListener('abort', onEnd);
  try {
    input.setRawMode(true);
    input.resume();
    output.write(enter);
    draw();
    await ended.promise;
  } finally {
    signal.removeEventListener('abort', onEnd);
    output.off('resize', draw);
    input.off('end', onEnd);
    input.off('keypress', onKey);
    input.pause();
    process.off('exit', restore);
    restore();
  }
}
