import { fingerprint } from '../../host/fingerprint.ts';
import type { RunControl } from '../../session/run-control.ts';
import type { SteeringReader } from '../../session/steering.ts';
import type { CallContext, UnkeyedTool } from '../../tools/define-tool.ts';
import type { ToolCall, ToolOutcome, ToolResult } from '../exchanges.ts';
import { type Attempt, attempt, attemptRead, kept } from './attempt.ts';
import { effectUnknown, notBegun } from './failures.ts';

// An effect that cannot be done twice and carries no key.
//
//   U1. It is noted before it is begun. Begun in an earlier life, or begun and not answered for, it is unknown.
//   U2. What is unknown is asked of the tool's `reconcile`, and where that cannot tell, of a person.
//   U3. It is done a second time only if an earlier life began it and the answer is that it did not happen. Within one
//       life an answer of "no" is a failure told: what was sent may still arrive.

export interface UnkeyedEffect {
  readonly tool: UnkeyedTool<unknown, unknown>;
  readonly call: ToolCall;
  readonly context: CallContext;
  /** Names the intent: of one call there is another after a person said that the first did not happen. */
  readonly intent: string;
  readonly attempt: Attempt;
  readonly reader: SteeringReader;
}

export async function actUnkeyed(effect: UnkeyedEffect, control: RunControl): Promise<ToolOutcome> {
  const { tool, call, context, intent } = effect;
  const execute = (): ReturnType<typeof attempt> =>
    attempt(effect.attempt, (signal) => tool.execute(call.input, { ...context, signal }));
  const beginning = await control.beginEffect({ key: intent, runId: context.runId }, effect.reader);
  if (beginning === 'steered' || beginning === 'cancelled') return notBegun(call, beginning);
  if (beginning === 'first') {
    const attempted = await execute();
    if (attempted.kind !== 'unknown') return attempted;
    const { code, message } = attempted.error;
    const found = await findOut(effect);
    if (found === 'cannot-tell') return unknown(effect, `gave no answer (${code})`);
    return found ?? { kind: 'failed', error: { code, message } };
  }
  const found = await findOut(effect);
  if (found === 'cannot-tell') return unknown(effect, 'was begun before an interruption');
  if (found !== undefined) return found;
  const attempted = await execute();
  if (attempted.kind !== 'unknown') return attempted;
  return unknown(effect, `gave no answer (${attempted.error.code})`);
}

/** Its result if it happened, nothing if it did not. */
async function findOut({
  tool,
  call,
  context,
  attempt: attempting,
}: UnkeyedEffect): Promise<ToolResult | 'cannot-tell' | undefined> {
  const { reconcile } = tool;
  if (reconcile === undefined) return 'cannot-tell';
  const looked = await attemptRead(attempting, async (signal) => {
    const found = await reconcile(call.input, { ...context, signal });
    return found.happened ? { output: kept(found.output) } : undefined;
  });
  // Whatever kept it from finding out, what matters is that it is not known.
  if (looked.kind !== 'done') return 'cannot-tell';
  return looked.value && { kind: 'completed', output: looked.value.output };
}

function unknown({ tool, call, intent }: UnkeyedEffect, why: string): ToolOutcome {
  const error = effectUnknown(call, why);
  const { reconcileRoles: roles } = tool;
  if (roles === undefined) return { kind: 'failed', error };
  const reason = `Did it happen? ${call.tool} ${why}. Approve if it did, reject if it did not.`;
  return { kind: 'effect-unknown', need: { roles, reason, stateVersion: fingerprint(intent) } };
}
