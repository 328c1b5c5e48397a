import type { Mutant } from '../mutant.ts';
import { rememberingOtherwise } from './remembering-otherwise.ts';

/** Characters of facts that are read of a memory. */
const most = 600;

/** CD-14: what is remembered is cut at so many characters, and the newest of the facts are lost without a word. */
export const newestFactsCut: Mutant = {
  id: 'CD-14',
  title: 'of what is remembered the newest facts are cut off at so many characters',
  breaks: 'I11',
  apply: (parts) =>
    rememberingOtherwise(parts, (memory) => {
      let left = most;
      const whole = memory.kept.commitments.findIndex((each) => {
        left -= JSON.stringify(each).length;
        return left < 0;
      });
      const commitments =
        whole === -1 ? memory.kept.commitments : memory.kept.commitments.slice(0, whole);
      return { ...memory, kept: { ...memory.kept, commitments } };
    }),
};
