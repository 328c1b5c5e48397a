import type { Mutant } from '../mutant.ts';

/** CD-20: a compaction's saved result is not trusted: a run that is taken up again has its summary made anew, and pays again. */
export const summaryMadeAnew: Mutant = {
  id: 'CD-20',
  title: 'a recovered run makes its summaries anew',
  breaks: 'I7',
  apply: ({ agents, entry, backing }) => ({
    agents,
    entry,
    backing: {
      ...backing,
      openRunner: (body, ...others) =>
        backing.openRunner(
          (request, steps) =>
            body(request, {
              ...steps,
              run: async (name, act) => {
                if (!name.startsWith('compact#')) return steps.run(name, act);
                let isNew = false;
                const saved = await steps.run(name, () => {
                  isNew = true;
                  return act();
                });
                return isNew ? saved : act();
              },
            }),
          ...others,
        ),
    },
  }),
};
