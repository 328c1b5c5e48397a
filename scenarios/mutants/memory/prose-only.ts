import type { Mutant } from '../mutant.ts';
import { rememberingOtherwise } from './remembering-otherwise.ts';

/** CD-19: a memory is its prose and nothing else; what was done is known as far as the summariser has written it down. */
export const proseOnly: Mutant = {
  id: 'CD-19',
  title: 'what was done is remembered in prose only',
  breaks: 'I11',
  apply: (parts) =>
    rememberingOtherwise(parts, (memory) => ({
      ...memory,
      kept: { ...memory.kept, commitments: [] },
    })),
};
