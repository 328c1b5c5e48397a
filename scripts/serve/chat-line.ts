import type { PersonsDecision } from './waiting-approvals.ts';

/** What a line typed into the chat asks for. */
export type ChatLine =
  | { readonly kind: 'say'; readonly text: string; readonly mode: 'queue' | 'steer' }
  | {
      readonly kind: 'decide';
      /** Which of those that wait, counted from 1; absent where only one does. */
      readonly number: number | undefined;
      readonly decision: PersonsDecision;
    }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'clear'; readonly force: boolean }
  | { readonly kind: 'help' }
  /** It cannot be meant so; `problem` says why. */
  | { readonly kind: 'unclear'; readonly problem: string };

export const chatHelp = `  /steer TEXT                           for the run in progress, before its next turn
  /approve [NUMBER] [REASON]            decides what waits; --with ARGUMENTS, as JSON, at its end approves those instead
  /reject [NUMBER] REASON
  /cancel                               ends the run in progress at its next step
  /clear [force]                        takes away what was said; by force cancels what is in progress first
  //TEXT                                says /TEXT`;

/** Reads a line that is not empty. A line that does not begin with a slash is said. */
export function readChatLine(line: string): ChatLine {
  const text = line.trim();
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1), mode: 'queue' };
  if (!text.startsWith('/')) return { kind: 'say', text, mode: 'queue' };
  const [, word = '', rest = ''] = /^\/(\S*)\s*(.*)$/s.exec(text) ?? [];
  switch (word) {
    case 'steer':
      return rest === ''
        ? unclear('/steer takes a text.')
        : { kind: 'say', text: rest, mode: 'steer' };
    case 'approve':
      return approval(rest);
    case 'reject': {
      const { number, words } = numbered(rest);
      if (words === '') return unclear('/reject takes a reason.');
      return { kind: 'decide', number, decision: { verdict: 'reject', reason: words } };
    }
    case 'cancel':
      return { kind: 'cancel' };
    case 'clear':
      return rest === '' || rest === 'force'
        ? { kind: 'clear', force: rest === 'force' }
        : unclear('/clear takes nothing, or "force".');
    case 'help':
      return { kind: 'help' };
    default:
      return unclear(`There is no /${word}; /help lists what there is.`);
  }
}

const unclear = (problem: string): ChatLine => ({ kind: 'unclear', problem });

function approval(rest: string): ChatLine {
  const [before = '', written] = rest.split(/(?:^|\s+)--with\s+/, 2);
  const { number, words: reason } = numbered(before);
  const decision = { verdict: 'approve' as const, reason };
  if (written === undefined) return { kind: 'decide', number, decision };
  try {
    const editedArguments: unknown = JSON.parse(written);
    return { kind: 'decide', number, decision: { ...decision, editedArguments } };
  } catch {
    return unclear('--with takes the arguments as JSON.');
  }
}

function numbered(text: string): { readonly number: number | undefined; readonly words: string } {
  const [, number, words = ''] = /^(?:(\d+)(?:\s+|$))?(.*)$/s.exec(text.trim()) ?? [];
  return { number: number === undefined ? undefined : Number(number), words };
}
