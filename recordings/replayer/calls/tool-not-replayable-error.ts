import { HarnessError } from '#harness';

/** A tool was about to run in a replay that has nothing to put in its place: the AI SDK lets telemetry stand in for models only. */
export class ToolNotReplayableError extends HarnessError {
  constructor(recording: string, tool: string) {
    super({
      code: 'TOOL_NOT_REPLAYABLE',
      message: `The replay of ${recording} cannot answer the tool ${tool}: it is attached to the AI SDK, which asks it for models only.`,
      hint: `Hand the agent replay.tools(tools); or let it run, { tools: { ${tool}: 'live' } }, and the replay is no agreement.`,
    });
  }
}
