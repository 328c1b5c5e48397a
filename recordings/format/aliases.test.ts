import { expect, test } from 'vitest';
import { createAliases } from './aliases.ts';

test('ids are renamed by first appearance, each kind by itself', () => {
  const aliases = createAliases();
  expect(aliases.inPart({ type: 'response-metadata', id: 'resp_9' })).toEqual({
    type: 'response-metadata',
    id: 'response1',
  });
  expect(aliases.inPart({ type: 'tool-input-start', id: 'call_9', toolName: 'find' })).toEqual({
    type: 'tool-input-start',
    id: 'call1',
    toolName: 'find',
  });
  expect(aliases.of('call', 'call_8')).toBe('call2');
  expect(aliases.of('call', 'call_9')).toBe('call1');
});

test('an id is renamed the same where it is echoed', () => {
  const aliases = createAliases();
  aliases.inPart({
    type: 'text-start',
    id: 'msg_1',
    providerMetadata: { openai: { itemId: 'msg_1' } },
  });
  const message = {
    role: 'assistant',
    content: [{ type: 'text', text: 'msg_1', providerOptions: { openai: { itemId: 'msg_1' } } }],
  };
  expect(aliases.in(message)).toEqual({
    role: 'assistant',
    content: [{ type: 'text', text: 'msg_1', providerOptions: { openai: { itemId: 'item1' } } }],
  });
});

test('a list of ids is renamed one by one', () => {
  const aliases = createAliases();
  aliases.of('call', 'call_9');
  const fact = { type: 'memory-compacted', pruned: ['call_8', 'call_9'] };
  expect(aliases.in(fact)).toEqual({ type: 'memory-compacted', pruned: ['call2', 'call1'] });
});

test('what people and tools say is never touched', () => {
  const aliases = createAliases();
  aliases.of('call', 'call_1');
  const said = {
    input: { toolCallId: 'call_1', itemId: 'a' },
    output: { type: 'json', value: { responseId: 'call_1' } },
    result: { callId: 'call_1' },
    error: { callId: 'call_1' },
  };
  expect(aliases.in(said)).toEqual(said);
});
