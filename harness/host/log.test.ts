import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import { expect, test } from 'vitest';
import { jsonLog } from '../json-log.ts';
import { MissingKeyError } from '../model/missing-key-error.ts';
import { logLineSchema } from './log-line.ts';

async function lineFor(fields: Readonly<Record<string, unknown>>): Promise<string> {
  let written = '';
  const log = await jsonLog({
    write: (line) => {
      written += line;
    },
  });
  log.warn('tool-call-threw', fields);
  return written;
}

const canary = 'canary-4929-1234';

test('an error is its class, its code, where it was thrown and for which tool, without its message', async () => {
  const error = new RangeError(`no charge ${canary}\n    at ${canary} (injected.ts:1:1)`);
  const line = await lineFor({ tool: 'getCharges', step: 'getCharges#1', error });
  expect(line).not.toContain('canary');
  const parsed = logLineSchema.parse(JSON.parse(line));
  expect(parsed).toMatchObject({
    level: 'warn',
    event: 'tool-call-threw',
    tool: 'getCharges',
    errorType: 'RangeError',
  });
  expect(parsed.stack?.[0]).toContain('log.test.ts');
  const known = logLineSchema.parse(JSON.parse(await lineFor({ error: new MissingKeyError() })));
  expect(known).toMatchObject({ errorType: 'MissingKeyError', errorCode: 'MODEL_KEY_MISSING' });
});

test('an error of the database keeps its code and loses its parameters', async () => {
  const pool = new Pool({ host: '127.0.0.1', port: 1 });
  const error: unknown = await drizzle(pool)
    .execute(`select '${canary}'`)
    .catch((reason: unknown) => reason);
  await pool.end();
  expect(String(error)).toContain(canary);
  const line = await lineFor({ error });
  expect(line).not.toContain('canary');
  expect(JSON.parse(line)).toMatchObject({ errorCode: 'ECONNREFUSED' });
});

test('what has no field is not written, and a field that is not what it should be neither', async () => {
  const line = await lineFor({ prompt: canary, input: { canary }, seq: canary, sessionId: 's' });
  expect(line).not.toContain('canary');
  expect(logLineSchema.parse(JSON.parse(line))).toMatchObject({ sessionId: 's' });
});

test('an id that somebody made of an address, a card number or a key is written without it', async () => {
  const key = `sk-proj-${'a1b2c3d4'.repeat(4)}`;
  const line = await lineFor({
    sessionId: 'amara@shop.example',
    runId: `4242424242424242 ${key}`,
    step: 'model#1',
  });
  expect(logLineSchema.parse(JSON.parse(line))).toMatchObject({
    sessionId: '[e-mail 1]',
    runId: '[card 1] [key 1]',
    step: 'model#1',
  });
});
