import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineTool, type Tool } from './define-tool.ts';
import { createToolDirectory, type DirectoryChange } from './tool-directory.ts';

const getCharges = defineTool({
  name: 'getCharges',
  version: '2',
  owner: 'payments',
  description: 'Lists charges.',
  input: z.object({ from: z.string().optional() }),
  output: z.object({ charges: z.array(z.string()) }),
  effect: 'read',
  agents: ['billing', 'triage'],
  execute: async () => ({ charges: [] }),
});

const pay: Tool = {
  ...getCharges,
  name: 'pay',
  roles: ['billing_agent'],
  deprecated: 'use refund',
};

test('the directory says all that a tool promises, as data', () => {
  const directory = createToolDirectory([pay, getCharges]);
  expect(directory.list().map((entry) => entry.name)).toEqual(['getCharges', 'pay']);
  expect(JSON.parse(JSON.stringify(directory.find('getCharges')))).toEqual({
    name: 'getCharges',
    version: '2',
    owner: 'payments',
    description: 'Lists charges.',
    input: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { from: { type: 'string' } },
      additionalProperties: false,
    },
    output: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { charges: { type: 'array', items: { type: 'string' } } },
      required: ['charges'],
      additionalProperties: false,
    },
    effect: 'read',
    agents: ['billing', 'triage'],
    roles: 'everybody',
    asksForApproval: false,
    timeoutMs: 30_000,
    limits: [],
    cache: null,
    deprecated: null,
  });
  expect(directory.find('pay')).toMatchObject({
    roles: ['billing_agent'],
    deprecated: 'use refund',
  });
});

test.for([
  ['no name', { name: '' }, 'a name that models can call'],
  ['a name with a space', { name: 'get charges' }, 'a name that models can call'],
  ['no version', { version: ' ' }, 'a version'],
  ['no owner', { owner: '' }, 'an owner'],
  ['no description', { description: '' }, 'a description'],
  ['no agent', { agents: [] }, 'an agent that may call it'],
  ['no role', { roles: [] }, 'a role for which it may be called'],
  ['an input beyond JSON', { input: z.bigint() }, 'an input that JSON Schema can express'],
  [
    'an output beyond JSON',
    { output: z.map(z.string(), z.date()) },
    'an output that JSON Schema can express',
  ],
  ['no time', { timeoutMs: 0 }, 'a time that it may take'],
  [
    'a limit of what it does not state',
    { limits: [{ per: 'run', unit: 'minor USD', max: 5 }] },
    'amounts of the minor USD that it limits',
  ],
  ['results that live for no time', { cache: { lifeMs: 0 } }, 'a life of what is cached'],
  ['half a limit', { limits: [{ per: 'run', unit: 'calls', max: 0.5 }] }, 'whole numbers'],
] as const)('a tool with %s is refused, and told what it lacks', ([, parts, lacking]) => {
  expect(() => createToolDirectory([{ ...getCharges, ...parts }])).toThrow(
    expect.objectContaining({
      code: 'TOOL_INCOMPLETE',
      message: expect.stringContaining(lacking),
    }),
  );
});

test('results of an effect are never answered again: a tool that says so is refused', () => {
  const { effect: _effect, execute: _execute, ...named } = getCharges;
  const cached = { ...named, cache: { lifeMs: 1_000 }, execute: async () => ({ charges: [] }) };
  const ofEffect = [
    defineTool({ ...cached, effect: 'keyed' }),
    defineTool({ ...cached, effect: 'unkeyed' }),
    defineTool({ ...cached, effect: 'transactional' }),
  ];
  for (const tool of ofEffect) {
    expect(() => createToolDirectory([tool])).toThrow(
      expect.objectContaining({
        code: 'TOOL_INCOMPLETE',
        message: expect.stringContaining('an effect class that changes nothing, to be cached'),
      }),
    );
  }
  for (const effect of ['read', 'compute'] as const) {
    const directory = createToolDirectory([defineTool({ ...cached, effect })]);
    expect(directory.find('getCharges')?.cache).toEqual({ lifeMs: 1_000 });
  }
});

test('a name belongs to one tool at a time', () => {
  const directory = createToolDirectory([getCharges]);
  expect(() => directory.register(getCharges)).toThrow(
    expect.objectContaining({ code: 'TOOL_NAME_TAKEN' }),
  );
  expect(directory.remove('getCharges')).toBe(true);
  directory.register(getCharges);
  expect(directory.list()).toHaveLength(1);
});

test('who subscribes is told of every change, in order, until they stop', () => {
  const directory = createToolDirectory([getCharges]);
  const seen: string[] = [];
  const tell = (change: DirectoryChange): void => {
    seen.push(change.kind === 'added' ? `+${change.entry.name}` : `-${change.name}`);
  };
  const stop = directory.subscribe(tell);
  directory.register(pay);
  directory.remove('getCharges');
  expect(directory.remove('getCharges')).toBe(false);
  stop();
  directory.remove('pay');
  expect(seen).toEqual(['+pay', '-getCharges']);
});
