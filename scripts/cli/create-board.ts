import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import type { WriteStream } from 'node:tty';
import type { Paint } from '../render/paint.ts';
import type { CommandIo } from './define-command.ts';

/** Returns what draws a block over the one it drew before; off a terminal nothing is drawn at all. */
export function createBoard(stream: WriteStream, paint: Paint): CommandIo['board'] {
  if (!stream.isTTY) return () => undefined;
  let drawnLines = 0;
  return (draw) => {
    const block = draw(paint);
    moveCursor(stream, 0, -drawnLines);
    cursorTo(stream, 0);
    clearScreenDown(stream);
    stream.write(`${block}\n`);
    drawnLines = block.split('\n').length;
  };
}
