import type { EscapeAttempt } from './escape-attempt.ts';

/** On a busy machine any of them may meet its time first. */
const bounded = (title: string, source: string, ...ends: EscapeAttempt['ends']): EscapeAttempt => ({
  title,
  source,
  ends: [...ends, 'timeout'],
});

/** Programs that must come to an end. In a sandbox without limits they take the process with them. */
export const excesses: readonly EscapeAttempt[] = [
  bounded('a loop without end', 'while (true) {}', 'timeout'),
  bounded('a loop without end behind a call', 'await tools.peek({}); while (true) {}', 'timeout'),
  bounded('awaiting without end', 'for (;;) await null;', 'timeout'),
  bounded('a promise that never settles', 'await new Promise(() => {});', 'timeout'),
  bounded(
    'a thenable that resolves to itself',
    'const again = { then(resolve) { resolve(again) } }; return again',
    'timeout',
    'memory',
  ),
  bounded(
    'a flood of promises',
    'const flood = () => Promise.all([flood2(), flood2()]); const flood2 = async () => { await null; return flood() }; await flood()',
    'timeout',
    'memory',
    'thrown',
  ),
  bounded('a loop in a getter of the result', 'return { get value() { for (;;) {} } }', 'timeout'),
  bounded(
    'a loop in toString of what is thrown',
    'throw { toString() { for (;;) {} }, get message() { for (;;) {} } }',
    'timeout',
  ),
  bounded(
    'a proxy with keys without end',
    'return new Proxy({}, { ownKeys() { for (;;) {} } })',
    'timeout',
  ),
  bounded(
    'catching every error and going on',
    'for (;;) { try { for (;;) new Array(1e6).fill(0) } catch {} finally { continue } }',
    'timeout',
    'memory',
  ),
  bounded(
    'a regular expression that backtracks',
    'return /^(a+)+$/.test("a".repeat(60) + "!")',
    'timeout',
    'thrown',
  ),
  bounded(
    'arrays without end',
    'const kept = []; for (;;) kept.push(new Array(10_000).fill(7))',
    'memory',
  ),
  bounded(
    'strings without end',
    'const kept = []; for (let i = 0; ; i += 1) kept.push("x".repeat(1e5) + i + "y".repeat(i))',
    'memory',
  ),
  bounded('a string that doubles', 'let text = "x"; for (;;) text += text', 'memory', 'thrown'),
  bounded(
    'buffers without end',
    'const kept = []; for (;;) kept.push(new Uint8Array(1e6).fill(1))',
    'memory',
    'thrown',
  ),
  bounded('one huge buffer', 'return new ArrayBuffer(2 ** 31).byteLength', 'memory', 'thrown'),
  bounded(
    'maps without end',
    'const map = new Map(); for (let i = 0; ; i += 1) map.set(i, { i })',
    'memory',
    'timeout',
  ),
  bounded('recursion without end', 'const dig = (n) => dig(n + 1) + 1; return dig(0)', 'thrown'),
  bounded(
    'recursion in the result',
    'let deep = []; for (let i = 0; i < 1e5; i += 1) deep = [deep]; return deep',
    'result',
    'thrown',
    'memory',
    'timeout',
    'output',
  ),
  bounded(
    'a result that doubles with each level',
    'let level = ["x"]; for (let i = 0; i < 40; i += 1) level = [level, level]; return level',
    'memory',
    'timeout',
    'output',
  ),
  bounded('a result that is too long', 'return Array.from({ length: 1e5 }, (_, i) => i)', 'output'),
  bounded(
    'an argument that is too long',
    'await tools.peek({ text: "x".repeat(5e6) }); return 1',
    'thrown',
    'output',
    'memory',
  ),
  bounded('a log without end', 'for (;;) console.log("x".repeat(1e4))', 'timeout'),
  bounded('calls without end', 'for (;;) await tools.peek({})', 'host-calls'),
  bounded(
    'calls without end at once',
    'await Promise.all(Array.from({ length: 1e4 }, () => tools.peek({})))',
    'host-calls',
  ),
  bounded(
    'calls of the bridge without end',
    'for (;;) sandboxHost.log("x")',
    'thrown',
    'host-calls',
    'timeout',
  ),
  bounded('a source that is too long', `return ${'1 + '.repeat(20_000)} 1`, 'syntax'),
  bounded(
    'a source that is too deep',
    `return ${'['.repeat(15_000)}${']'.repeat(15_000)}`,
    'syntax',
    'thrown',
    'memory',
    'result',
  ),
  bounded(
    'a number too big to compute',
    'let n = 2n; for (;;) n = n ** 2n',
    'memory',
    'thrown',
    'timeout',
  ),
  bounded(
    'sorting with a comparison that never ends',
    'return [3, 2, 1].sort(() => { for (;;) {} })',
    'timeout',
  ),
];
