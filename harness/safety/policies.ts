/** One thing that a policy holds against its subject. */
export interface Objection {
  /** Stable, upper snake case. */
  readonly code: string;
  /** What is wrong, with which values; shown to people and to the model. */
  readonly message: string;
}

export interface Violation extends Objection {
  readonly policy: string;
}

/** A rule about `Subject`, e.g. a tool call or a reply: pure, and empty-handed when all is well. */
export interface Policy<Subject> {
  readonly id: string;
  readonly check: (subject: Subject) => readonly Objection[];
}

/** Every violation of every policy, in their order. A policy that throws cannot vouch for the subject: that is a violation too. */
export function checkPolicies<Subject>(
  policies: readonly Policy<Subject>[],
  subject: Subject,
): readonly Violation[] {
  return policies.flatMap((policy) =>
    objections(policy, subject).map((objection) => ({ policy: policy.id, ...objection })),
  );
}

function objections<Subject>(policy: Policy<Subject>, subject: Subject): readonly Objection[] {
  try {
    return policy.check(subject);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    return [{ code: 'POLICY_BROKEN', message: `${policy.id} failed with ${kind}.` }];
  }
}
