import { defineCommand } from '../cli/define-command.ts';
import { playDemo } from '../demo/play-demo.ts';

export const demo = defineCommand({
  name: 'demo',
  summary: 'One refund: played, replayed, killed at every step, broken on purpose, gated.',
  arguments: {},
  options: {},
  run: (_input, io) => playDemo(io),
});
