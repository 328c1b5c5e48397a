import { placeName } from '#recordings/story';
import { printable } from '../render/printable.ts';
import { paneLines } from './pane-lines.ts';
import { panes, type StepperState } from './stepper-state.ts';

export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

/** Lines that are no part of the pane: the title, the panes, a message, the keys. */
const frameLines = 4;

export function pageLinesOf({ rows }: ScreenSize): number {
  return Math.max(1, rows - frameLines);
}

/** The whole screen: as many lines as it has rows, none longer than it is wide. */
export function drawStepper(state: StepperState, size: ScreenSize): readonly string[] {
  const { story, known, index, pane, prompt, notice } = state;
  const { columns } = size;
  const step = story.steps[index];
  if (step === undefined) return [fit(`${story.name} has no steps. q quits.`, columns)];
  const lines = paneLines({ ...known, story }, step, pane).flatMap((line) =>
    wrap(printable(line), columns),
  );
  const page = pageLinesOf(size);
  const scroll = Math.min(state.scroll, Math.max(0, lines.length - page));
  const shown = lines.slice(scroll, scroll + page);
  const left = lines.length - scroll - shown.length;
  const message = prompt === undefined ? (notice ?? moreOf(scroll, left)) : promptOf(prompt);
  return [
    `\x1b[7m${fit(`${story.name}  ${index + 1}/${story.steps.length}  ${step.kind}  ${placeName(step.place)}`, columns)}\x1b[0m`,
    fit(panes.map((each) => (each === pane ? `[${each}]` : ` ${each} `)).join(' '), columns),
    ...shown,
    ...Array.from({ length: page - shown.length }, () => ''),
    fit(message, columns),
    fit('n/p step  tab pane  j/k scroll  g jump  / search  q quit', columns),
  ].slice(0, size.rows);
}

function moreOf(above: number, below: number): string {
  return above + below === 0 ? '' : `${above} lines above, ${below} below`;
}

function promptOf({ kind, text }: NonNullable<StepperState['prompt']>): string {
  return kind === 'search' ? `/${text}` : `step: ${text}`;
}

function fit(text: string, columns: number): string {
  return (wrap(printable(text), columns)[0] ?? '').padEnd(columns);
}

/** Cuts a line so that no piece is wider than the screen. */
function wrap(line: string, columns: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let width = 0;
  for (const character of line.replaceAll('\t', '  ')) {
    const wide = widthOf(character);
    if (width + wide > columns) {
      pieces.push(piece);
      piece = '';
      width = 0;
    }
    piece += character;
    width += wide;
  }
  return [...pieces, piece];
}

/** Chinese, Japanese, Korean and most emoji take two columns. */
function widthOf(character: string): number {
  return /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
