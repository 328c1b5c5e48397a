import { expect, test } from 'vitest';
import type { Json } from '#harness';
import type { OpenAiExchange } from '../../format/imported-exchange.ts';
import { replayExchange } from './replay-exchange.ts';

const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };

function answered(output: Json): OpenAiExchange {
  const json = { id: 'r', object: 'response', created_at: 1, model: 'gpt-5', output, usage };
  const answer = { status: 200, body: { json: { ...json, status: 'completed' } } };
  return { t: 'openai', lane: '1', n: 0, line: 1, api: 'responses', answer };
}

test("a call of OpenAI's own shell is yielded, and is no difference", async () => {
  const action = { type: 'exec', command: ['ls'], env: {} };
  const call = { type: 'local_shell_call', id: 'lsh_1', call_id: 'call_1', action };
  const { answer, difference } = await replayExchange(answered([{ ...call, status: 'completed' }]));
  expect(answer.toolCalls.map(({ id }) => id)).toEqual(['call_1']);
  expect(difference).toBeUndefined();
});

test('what the provider cannot read is a difference', async () => {
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f' };
  const { difference } = await replayExchange(answered([{ ...call, arguments: 7 }]));
  expect(difference).toBe('what stands at output/0/arguments is not known to it');
  const nameless = await replayExchange(answered([{ ...call, name: null, arguments: '{}' }]));
  expect(nameless.difference).toBe('what stands at output/0/name is not known to it');
});
