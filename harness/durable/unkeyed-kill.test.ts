import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { canonicalJson } from '../host/fingerprint.ts';
import type { Life, LifeReport } from '../testing/unkeyed-life.ts';

// D-06, with a process that is killed: the carrier keeps no keys, and the life that asked it dies before it is answered.

// Two processes with a database of their own a test.
const patience = { timeout: 300_000 };

const script = join(import.meta.dirname, '../testing/unkeyed-life.ts');

interface Aftermath extends LifeReport {
  /** Claims in the carrier's book. */
  readonly claims: number;
}

/** Kills the first life behind (or just before) the effect, and lets a second come to the end. */
async function killedOnce(life: Pick<Life, 'effect' | 'carrier' | 'word'>): Promise<Aftermath> {
  const directory = mkdtempSync(join(tmpdir(), 'unkeyed-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const book = join(directory, 'book');
  const order = { ...life, book, dataDir: join(directory, 'database') };
  const first = spawn(process.execPath, [script, JSON.stringify(order)]);
  const closed = once(first, 'close');
  const complaint = text(first.stderr);
  while (!existsSync(`${book}.begun`)) {
    if (first.exitCode !== null) throw new Error(await complaint);
    await pause(20);
  }
  first.kill('SIGKILL');
  expect(await closed).toEqual([null, 'SIGKILL']);
  const second = spawn(process.execPath, [
    script,
    JSON.stringify({ ...order, carrier: 'answers' } satisfies Life),
  ]);
  const [said, blamed] = await Promise.all([text(second.stdout), text(second.stderr)]);
  expect(blamed).toBe('');
  const report: LifeReport = JSON.parse(said);
  return { ...report, claims: readFileSync(book, 'utf8').split('\n').length - 1 };
}

const told = ({ facts }: Aftermath): readonly string[] =>
  facts.flatMap((fact) => {
    if (fact.type === 'approval-decided') return [`decided ${fact.verdict} by ${fact.decidedBy}`];
    if (fact.type === 'tool-completed') return [`completed ${canonicalJson(fact.output)}`];
    return fact.type === 'approval-requested' || fact.type === 'run-completed' ? [fact.type] : [];
  });

test(
  'what was filed when the process was killed is not filed again: a person says that it happened',
  patience,
  async () => {
    const after = await killedOnce({
      effect: 'unkeyed',
      carrier: 'hangs-after',
      word: 'happened',
    });
    expect(after.claims).toBe(1);
    expect(after.asked).toEqual([
      { approvalId: 's/r/fileClaim#1', tool: 'fileClaim', roles: ['claims_agent'] },
    ]);
    expect(told(after)).toEqual([
      'approval-requested',
      'decided approved by ana',
      'completed {"happened":true,"reason":"I asked the carrier","saidBy":"ana"}',
      'run-completed',
    ]);
  },
);

test('what was not filed is filed once more, when a person has said so', patience, async () => {
  const after = await killedOnce({
    effect: 'unkeyed',
    carrier: 'hangs-before',
    word: 'did-not-happen',
  });
  expect(after.claims).toBe(1);
  expect(told(after)).toEqual([
    'approval-requested',
    'decided rejected by ana',
    'completed {"claims":1}',
    'run-completed',
  ]);
});

test(
  'a tool that claims a key which its carrier does not keep is done twice: the book would show it',
  patience,
  async () => {
    const after = await killedOnce({ effect: 'keyed', carrier: 'hangs-after', word: 'happened' });
    expect(after.claims).toBe(2);
    expect(after.asked).toEqual([]);
  },
);
