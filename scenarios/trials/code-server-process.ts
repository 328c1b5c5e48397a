import { once } from 'node:events';
import { createServer } from 'node:http';
import { memoryBacking } from '#harness/testing';
import { unboundedCode } from '../mutants/code/unbounded-code.ts';
import { codingAgent, runCode } from './coding-agent.ts';

// A process that serves, and runs a model's program from the moment at which /run is asked for. `mutated` on its command line switches CD-6 on. It is killed from outside.

const parts = { agents: [codingAgent], entry: codingAgent.name, backing: memoryBacking() };
const applied = { ...parts, worldUrl: 'http://world.invalid' };
const { agents } = process.argv[2] === 'mutated' ? unboundedCode.apply(applied) : parts;

const server = createServer(({ url }, response) => {
  response.end('here', () => {
    if (url === '/run') void runCode(agents, 'await tools.getCharges({}); while (true) {}');
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
