#!/usr/bin/env node
// The `bin`. Plain JavaScript in old syntax, so that a Node that cannot run the rest can still say so.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const oldestMajor = 24;
const passedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

if (Number(process.versions.node.split('.')[0]) >= oldestMajor) {
  module.enableCompileCache();
  const source = new URL('./main.ts', import.meta.url);
  await import(existsSync(source) ? source.href : '../dist/scripts/main.js');
} else {
  const local = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (existsSync(local)) runWith(local);
  else refuse();
}

/** Runs this very command line with another Node, whose signals and exit code are ours. */
function runWith(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of passedSignals) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

function refuse() {
  process.stderr.write(
    `Groundhog needs Node ${oldestMajor} or newer; this is ${process.version}; ` +
      `run nvm install ${oldestMajor} or npm ci\n`,
  );
  process.exitCode = 2;
}
