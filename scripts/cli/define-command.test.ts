import { expect, test } from 'vitest';
import { defineCommand } from './define-command.ts';
import { choice, choices, count, type RawValue, requiredText, text, toggle } from './parameter.ts';
import { quietIo } from './quiet-io.ts';
import { UsageError } from './usage-error.ts';

const sweep = defineCommand({
  name: 'sweep',
  summary: 'Gives back what it was given.',
  arguments: { scenario: requiredText('a scenario') },
  options: {
    backend: choice({ summary: 'where', among: ['pglite', 'postgres'], fallback: 'pglite' }),
    mutant: choice({ summary: 'a defect', among: ['CD-1'], fallback: undefined }),
    moments: choices({ summary: 'when', among: ['before', 'inside'] }),
    parallel: count('how many', 2),
    databaseUrl: text('which', 'url'),
    loud: toggle('more'),
  },
  run: async (input) => ({ exitCode: 0, text: '', json: input }),
});

async function inputFor(raw: Readonly<Record<string, RawValue>>): Promise<unknown> {
  return (await sweep.start(raw, quietIo)).json;
}

test('what is not given falls back', async () => {
  expect(await inputFor({ scenario: 'R-01' })).toEqual({
    scenario: 'R-01',
    backend: 'pglite',
    mutant: undefined,
    moments: ['before', 'inside'],
    parallel: 2,
    databaseUrl: undefined,
    loud: false,
  });
});

test('what is given is read', async () => {
  const raw = {
    scenario: 'R-01',
    backend: 'postgres',
    mutant: 'CD-1',
    moments: 'inside',
    parallel: '4',
    databaseUrl: 'postgres://127.0.0.1',
    loud: true,
  };
  expect(await inputFor(raw)).toEqual({ ...raw, moments: ['inside'], parallel: 4 });
});

test.for([
  [{}, 'scenario is missing.'],
  [{ scenario: 'R-01', backend: 'oracle' }, '--backend takes pglite, postgres, not "oracle".'],
  [{ scenario: 'R-01', mutant: 'CD-9' }, '--mutant takes CD-1, not "CD-9".'],
  [{ scenario: 'R-01', moments: 'inside,late' }, '--moments takes before, inside, not "late".'],
  [{ scenario: 'R-01', parallel: '0' }, '--parallel takes a whole number of at least 1, not "0".'],
  [
    { scenario: 'R-01', parallel: '1.5' },
    '--parallel takes a whole number of at least 1, not "1.5".',
  ],
] as const)('%j is refused', async ([raw, message]) => {
  await expect(sweep.start(raw, quietIo)).rejects.toThrow(new UsageError(message));
});
