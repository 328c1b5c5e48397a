import type { Json } from '#harness';
import type { HandedOn } from './handed-on.ts';

const incomplete: ReadonlyMap<string, string> = new Map([
  ['length', 'max_output_tokens'],
  ['content-filter', 'content_filter'],
]);

/** What the SDK handed on, as the Responses API would say it: nothing but the envelope is added. */
export function sayAsResponse({ content, reasoning }: HandedOn, model: string): Json {
  const { text, toolCalls, usage, finishReason } = content;
  const reason = incomplete.get(finishReason);
  return {
    id: 'resp_unknown',
    object: 'response',
    created_at: 0,
    model,
    status: reason === undefined ? 'completed' : 'incomplete',
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    output: [
      ...(reasoning === ''
        ? []
        : [
            { id: 'rs_0', type: 'reasoning', summary: [{ type: 'summary_text', text: reasoning }] },
          ]),
      ...(text === ''
        ? []
        : [
            {
              id: 'msg_0',
              type: 'message',
              role: 'assistant',
              status: 'completed',
              content: [{ type: 'output_text', text, annotations: [] }],
            },
          ]),
      ...toolCalls.map(({ id, name, input }, index) => ({
        id: `fc_${index}`,
        type: 'function_call',
        status: 'completed',
        call_id: id,
        name,
        arguments: input,
      })),
    ],
    usage:
      usage.input === undefined || usage.output === undefined
        ? null
        : { input_tokens: usage.input, output_tokens: usage.output },
  };
}
