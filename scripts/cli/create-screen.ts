import type { CommandIo } from './define-command.ts';

export interface ScreenOptions {
  readonly write: (text: string) => void;
  /** Whether what is written can be drawn over: true on a terminal. */
  readonly redraws: boolean;
}

/** Where a command talks: lines that stay, and below them a board that is drawn over itself. */
export function createScreen({
  write,
  redraws,
}: ScreenOptions): Pick<CommandIo, 'progress' | 'stream' | 'board' | 'milestone'> {
  let drawn = '';
  const erased = (): string =>
    drawn === '' ? '' : `\x1b[${drawn.split('\n').length - 1}A\r\x1b[J`;
  return {
    progress: (line) => write(`${erased()}${line}\n${drawn}`),
    stream: (piece) => write(`${erased()}${piece}${drawn}`),
    milestone: (line) => {
      if (!redraws) write(`${line}\n`);
    },
    board: (block) => {
      if (!redraws) return;
      const next = block === '' ? '' : `${block}\n`;
      write(erased() + next);
      drawn = next;
    },
  };
}
