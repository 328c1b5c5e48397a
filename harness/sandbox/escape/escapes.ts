import { corpusNow, type EscapeAttempt, escaped } from './escape-attempt.ts';

/** These are no function body, and are refused for it. */
const unparsable = ['import.meta', 'closing the function around it'];

/** Denied, a program may still end well, as long as it has got nothing. */
const endsOf = (title: string): EscapeAttempt['ends'] =>
  unparsable.includes(title)
    ? ['syntax']
    : ['completed', 'thrown', 'result', 'memory', 'output', 'timeout'];

/** Tries each expression for the host's process and gives away what it finds there. */
const steal = (...roads: readonly string[]): string => `
  const found = [];
  for (const road of [${roads.map((road) => `async () => (${road})`).join(', ')}]) {
    try {
      const host = await road();
      if (host && host.env) found.push('${escaped}', Object.values(host.env).join());
    } catch (error) { found.push(String(error && error.message)); }
  }
  return found;`;

/** Programs that must learn nothing. They end by themselves, in any sandbox. */
export const escapes: readonly EscapeAttempt[] = [
  [
    'the constructor of a host function',
    steal(
      `tools.peek.constructor('return process')()`,
      `tools.peek.constructor.constructor('return process')()`,
    ),
  ],
  [
    'the constructor of an answer',
    steal(`(await tools.peek({})).constructor.constructor('return process')()`),
  ],
  [
    'the constructor of a pending call',
    steal(
      `tools.peek({}).constructor.constructor('return process')()`,
      `tools.peek({}).then.constructor('return process')()`,
    ),
  ],
  [
    'the constructor of a host error',
    `try { await tools.fail({}) } catch (error) { ${steal(`error.constructor.constructor('return process')()`, `error.cause.constructor.constructor('return process')()`)} }`,
  ],
  [
    'the constructor of the console',
    steal(
      `console.log.constructor('return process')()`,
      `console.constructor.constructor('return process')()`,
    ),
  ],
  [
    'the constructor of clock and dice',
    steal(
      `Date.constructor('return process')()`,
      `Math.random.constructor('return process')()`,
      `Date.now.constructor('return process')()`,
    ),
  ],
  ['the constructor of the money helpers', steal(`money.add.constructor('return process')()`)],
  [
    'the constructor of this',
    steal(
      `this.constructor.constructor('return process')()`,
      `(function () { return this })().process`,
    ),
  ],
  [
    'the constructors of every kind of function',
    steal(
      `(async () => 0).constructor('return process')()`,
      `(function* () {}).constructor('return process')().next().value`,
      `(async function* () {}).constructor('yield process')().next().then(({ value }) => value)`,
    ),
  ],
  [
    'Function and eval',
    steal(
      `Function('return process')()`,
      `new Function('return process')()`,
      `eval('process')`,
      `(0, eval)('this.process')`,
    ),
  ],
  [
    'process and its neighbours by name',
    steal(
      'process',
      'globalThis.process',
      'global.process',
      'self.process',
      'window.process',
      'root.process',
    ),
  ],
  [
    'require',
    steal(
      `require('process')`,
      `module.require('process')`,
      `process.mainModule.require('process')`,
      `require('node:module').createRequire('/')('process')`,
    ),
  ],
  [
    'dynamic import',
    steal(
      `import('process').then((it) => it.default)`,
      `import('node:process')`,
      `import('data:text/javascript,export const env = process.env')`,
    ),
  ],
  ['import.meta', 'return import.meta.url'],
  [
    'reading a file',
    `const fs = await import('node:fs'); return ['${escaped}', fs.readFileSync('/etc/passwd', 'utf8')]`,
  ],
  [
    'the network',
    `const answer = await fetch('http://127.0.0.1:9/'); return ['${escaped}', answer.status]`,
  ],
  [
    'sockets and workers',
    `return [typeof WebSocket, typeof XMLHttpRequest, typeof Worker, typeof MessageChannel].every((it) => it === 'undefined') ? 'none' : '${escaped}'`,
  ],
  [
    'a child process',
    steal(
      `process.binding('spawn_sync')`,
      `import('node:child_process').then(({ execSync }) => ({ env: { all: String(execSync('env')) } }))`,
    ),
  ],
  [
    'timers and high-resolution clocks',
    `return [typeof setTimeout, typeof setImmediate, typeof performance, typeof SharedArrayBuffer, typeof Atomics].every((it) => it === 'undefined') ? 'none' : '${escaped}'`,
  ],
  ['WebAssembly', `return typeof WebAssembly === 'undefined' ? 'none' : '${escaped}'`],
  [
    'polluting the prototypes of the host',
    `for (const proto of [Object.prototype, Array.prototype, Function.prototype, Promise.prototype]) { try { proto.env = 'polluted'; proto.then = 1 } catch {} try { Object.defineProperty(proto, 'polluted', { value: 1 }) } catch {} } return 'done'`,
  ],
  [
    'polluting by an answer',
    `const answer = await tools.peek({}); answer.__proto__.polluted = 1; return 'done'`,
  ],
  [
    'polluting by JSON',
    `await tools.peek(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')); return JSON.parse('{"__proto__":{"polluted":1}}')`,
  ],
  [
    'a getter in an argument',
    steal(
      `tools.peek({ get id() { return process } })`,
      `tools.peek({ get id() { throw Object.assign(new Error('got in'), { env: 0 }) } })`,
    ),
  ],
  [
    'a getter in the result',
    `return { get value() { return this.constructor.constructor('return process')().env } }`,
  ],
  ['toJSON and valueOf', `return { toJSON() { return 'ok' }, valueOf() { return process.env } }`],
  [
    'symbols: toPrimitive, species, iterator',
    steal(
      `tools.peek({ [Symbol.toPrimitive]: () => process, [Symbol.iterator]: function* () { yield process } })`,
      `Symbol.for('nodejs.util.inspect.custom').constructor.constructor('return process')()`,
    ),
  ],
  [
    'an object that shows its inspector the way',
    `const trap = { [Symbol.for('nodejs.util.inspect.custom')]: (depth, options) => options.constructor.constructor('return process')().env }; console.log(trap); throw Object.assign(new Error('look'), trap)`,
  ],
  [
    'a proxy as an argument',
    steal(
      `tools.peek(new Proxy({}, { get: (_, name, receiver) => receiver.constructor.constructor('return process')(), ownKeys: () => ['env'] }))`,
    ),
  ],
  [
    'a proxy as the result',
    `return new Proxy([], { get: (target, name) => name === 'length' ? 3 : { env: 1 }, getPrototypeOf: () => { throw 1 } })`,
  ],
  [
    'a proxy that is thrown',
    `throw new Proxy(new Error('x'), { get() { throw new Proxy({}, { get() { throw 1 } }) } })`,
  ],
  [
    'a thenable as an argument and as the result',
    `await tools.peek({ then(resolve) { resolve.constructor('return process')().env } }); return { async then(resolve) { resolve(await (async () => { ${steal(`resolve.constructor('return process')()`)} })()) } }`,
  ],
  [
    'the stack of a host error',
    `try { await tools.fail({}) } catch (error) { return [error.stack, String(error.cause), JSON.stringify(error), error.message, Object.getOwnPropertyNames(error).map((name) => String(error[name]))] }`,
  ],
  ['a host error that is not caught', `await tools.fail({})`],
  [
    'the frames of a stack',
    `Error.prepareStackTrace = (_, frames) => frames; const frames = new Error('x').stack; ${steal(`frames[0].getThis().process`, `frames[0].getFunction().constructor('return process')()`, `frames.at(-1).getThis().process`)}`,
  ],
  [
    'the error of a stack overflow',
    `const deep = () => { try { deep() } catch (error) { error.constructor.constructor('return process')() } }; try { deep() } catch (error) { ${steal(`error.constructor.constructor('return process')()`)} }`,
  ],
  [
    'callers and arguments',
    steal(
      `arguments.callee.caller.constructor('return process')()`,
      `(function f() { return f.caller })().constructor('return process')()`,
    ),
  ],
  [
    'tools that were not given',
    steal(
      `tools.constructor('return process')()`,
      `tools.__proto__.constructor.constructor('return process')()`,
      `tools['peek.constructor']('return process')`,
      `tools.toString.constructor('return process')()`,
    ),
  ],
  [
    'the bridge itself',
    steal(
      `sandboxHost.call('constructor', '{}')`,
      `sandboxHost.call.constructor('return process')()`,
      `sandboxHost.constructor.constructor('return process')()`,
      `guest.constructor.constructor('return process')()`,
    ),
  ],
  [
    'closing the function around it',
    `return 1 }); globalThis.stolen = globalThis.process; (async function () {`,
  ],
  [
    'the time of day',
    `return [new Date(), new Date(0).constructor, Object.getPrototypeOf(new Date()).constructor, Reflect.construct(Date, []).constructor].some((clock) => (clock.now ? clock.now() : clock.getTime()) !== ${corpusNow}) ? '${escaped}' : 'none'`,
  ],
  [
    'what runs when the program is over',
    `new FinalizationRegistry((held) => { held.env = 'stolen' }).register({}, globalThis ?? Object); new WeakRef({}); Promise.resolve().then(() => { for (const it of [Object, Array]) it.polluted = 1 }); return 'done'`,
  ],
  [
    'calls left behind',
    `tools.peek({}); tools.fail({}); Promise.reject(new Error('nobody waits')); return 'done'`,
  ],
  [
    'JSON that contains itself',
    `const loop = {}; loop.loop = [loop]; await tools.peek(loop).catch(() => 0); return loop`,
  ],
  [
    'numbers that JSON does not have',
    `return { nan: NaN, infinite: -Infinity, minusZero: -0, huge: 2n ** 64n, big: 1e308 * 10 }`,
  ],
  ['an answer without end', `return 'x'.repeat(2 ** 29)`],
].map(([title = '', source = '']) => ({ title, source, ends: endsOf(title) }));
