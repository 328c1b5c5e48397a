import type { Backing } from '#harness';

type RunBody = Parameters<Backing['openRunner']>[0];
type Steps = Parameters<RunBody>[1];

/** A backing whose runs take their steps by what `change` puts in place of those they would take. */
export function withSteps(backing: Backing, change: (steps: Steps) => Partial<Steps>): Backing {
  return {
    ...backing,
    openRunner: (body, ...others) =>
      backing.openRunner(
        (request, steps) => body(request, { ...steps, ...change(steps) }),
        ...others,
      ),
  };
}
