import { plain } from '../render/paint.ts';
import type { CommandIo } from './define-command.ts';

const nothing = (): void => undefined;

/** What a command is run with where nobody looks: it says nothing, in no colour, with no environment, and is never interrupted. */
export const quietIo: CommandIo = {
  progress: nothing,
  stream: nothing,
  board: nothing,
  milestone: nothing,
  signal: new AbortController().signal,
  paint: plain,
  paintTalk: plain,
  environment: {},
};
