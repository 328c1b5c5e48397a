import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { moduleCommand } from '#harness';
import { memoryBacking } from '#harness/testing';
import type { Violation } from '../checkers/violation.ts';
import { leakySandbox } from '../mutants/code/leaky-sandbox.ts';
import { unboundedCode } from '../mutants/code/unbounded-code.ts';
import { codingAgent, runCode } from './coding-agent.ts';
import type { Trial } from './trial.ts';

/** CD-5. A program asks a function for its constructor, and that for the process. */
const escape: Trial = {
  defect: leakySandbox,
  play: async ({ isOn }) => {
    const parts = { agents: [codingAgent], entry: codingAgent.name, backing: memoryBacking() };
    const applied = { ...parts, worldUrl: 'http://world.invalid' };
    const { agents } = isOn ? leakySandbox.apply(applied) : parts;
    const program = `return (await tools.getCharges.constructor('return process')()).pid`;
    const told = JSON.stringify(await runCode(agents, program));
    return told.includes(String(process.pid))
      ? [violation('I10', 'a program reaches nothing of its host', `process id ${process.pid}`)]
      : [];
  },
};

/** CD-6. A program awaits one call and then loops, in a process that serves. */
const endlessLoop: Trial = {
  defect: unboundedCode,
  play: async ({ isOn, signal }) => {
    const serving = new URL('./code-server-process.ts', import.meta.url);
    const server = spawn(process.execPath, moduleCommand(serving, isOn ? 'mutated' : 'sound'), {
      stdio: ['pipe', 'pipe', 'ignore'],
      signal,
    });
    // An abort is thrown where it is waited for.
    server.on('error', () => undefined);
    try {
      const [said] = await once(server.stdout, 'data', { signal });
      const url = `http://127.0.0.1:${Number.parseInt(String(said), 10)}`;
      const askedAt = performance.now();
      await fetch(`${url}/`, { signal });
      const answerMs = performance.now() - askedAt;
      await fetch(`${url}/run`, { signal });
      const withinMs = patienceMs + patienceFactor * answerMs;
      // The program has yet to begin, and a server that answers once may be silent a moment later.
      for (let asked = 0; asked < asks; asked += 1) {
        if (!(await isAnswered(`${url}/`, withinMs, signal))) {
          return [
            violation('I9', 'the server answers while a program loops', 'no answer any more'),
          ];
        }
        await pause(betweenAsksMs);
      }
      return [];
    } finally {
      if (server.exitCode === null && server.signalCode === null) {
        const exited = once(server, 'exit');
        server.kill('SIGKILL');
        await exited;
      }
    }
  },
};

/** So much longer than an answer takes on this machine today: whoever says nothing by then is not slow. */
const patienceFactor = 30;
const patienceMs = 2_000;
const asks = 20;
const betweenAsksMs = 50;

async function isAnswered(url: string, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(withinMs))]);
  const answer = await fetch(url, { signal: patience }).catch(() => undefined);
  signal.throwIfAborted();
  return answer?.ok === true;
}

function violation(invariant: Violation['invariant'], expected: string, found: string): Violation {
  return {
    invariant,
    expected,
    found,
    message: `Code got out: expected that ${expected}, found ${found}.`,
  };
}

export const codeTrials: readonly Trial[] = [escape, endlessLoop];
