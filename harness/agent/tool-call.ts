import { ZodError, z } from 'zod';
import { HarnessError } from '../host/harness-error.ts';
import type { Clock } from '../host/host.ts';
import { type Failure, jsonSchema } from '../session/event.ts';
import type { Steps } from '../session/runner.ts';
import type { Tool, ToolContext } from '../tools/define-tool.ts';
import { RetryableToolError } from '../tools/retryable-tool-error.ts';
import type { Agent } from './define-agent.ts';
import type { ExchangePlace, Exchanges, ToolCall, ToolOutcome } from './exchanges.ts';
import { handoffTool, handoffToolName } from './handoff.ts';

/** How often a tool that says "try again" is tried, and how long the first pause is; each further one doubles. */
const attemptLimit = 3;
const firstPauseMs = 200;

export interface Dispatch {
  readonly step: string;
  readonly place: ExchangePlace;
  readonly agent: Agent;
  readonly call: ToolCall;
  readonly context: ToolContext;
}

export interface Outside {
  readonly clock: Clock;
  readonly exchanges: Exchanges;
}

/** The one door through which every tool call goes: permission, effect class, retries. A failure is an outcome. */
export async function callTool(
  dispatch: Dispatch,
  steps: Steps,
  { clock, exchanges }: Outside,
): Promise<ToolOutcome> {
  const { step, place, agent, call, context } = dispatch;
  const tool = toolNamed(call.tool, agent);
  const through = async (execute: () => Promise<ToolOutcome>): Promise<ToolOutcome> => {
    try {
      return await exchanges.tool(place, call, execute);
    } catch (error) {
      return { kind: 'failed', error: failureOf(error) };
    }
  };
  if (tool?.effect === 'transactional') {
    return steps.transact(step, (records) =>
      through(() =>
        attempt(
          () => records.undoIfThrown(() => tool.execute(call.input, { ...context, records })),
          clock,
        ),
      ),
    );
  }
  return steps.run(step, () =>
    through(async () =>
      tool === undefined
        ? { kind: 'failed', error: notPermitted(call, agent) }
        : attempt(() => tool.execute(call.input, context), clock),
    ),
  );
}

/** Only what this agent may call exists for it, whatever the model was shown. */
function toolNamed(name: string, agent: Agent): Tool | undefined {
  if (name === handoffToolName && agent.handoffs.length > 0) return handoffTool(agent);
  return agent.tools.find((tool) => tool.name === name && tool.agents.includes(agent.name));
}

function notPermitted(call: ToolCall, agent: Agent): Failure {
  return {
    code: 'TOOL_NOT_PERMITTED',
    message: `${agent.name} cannot use ${call.tool}; it may use ${agent.tools.map((tool) => tool.name).join(', ')}.`,
  };
}

async function attempt(execute: () => Promise<unknown>, clock: Clock): Promise<ToolOutcome> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { kind: 'completed', output: jsonSchema.parse(await execute()) };
    } catch (error) {
      if (!(error instanceof RetryableToolError) || tries === attemptLimit) {
        return { kind: 'failed', error: failureOf(error) };
      }
      await clock.sleep(firstPauseMs * 2 ** (tries - 1));
    }
  }
}

/** What the model is told. A refusal speaks for itself; a bug in a tool tells its kind and not its innards. */
function failureOf(error: unknown): Failure {
  if (HarnessError.isInstance(error)) return { code: error.code, message: error.message };
  if (error instanceof ZodError)
    return { code: 'TOOL_VALUE_INVALID', message: z.prettifyError(error) };
  const kind = error instanceof Error ? error.name : typeof error;
  return { code: 'TOOL_BROKEN', message: `The tool failed (${kind}).` };
}
