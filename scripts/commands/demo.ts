import { defineCommand } from '../cli/define-command.ts';

export const demo = defineCommand({
  name: 'demo',
  summary: 'One refund: played, replayed, killed at every step, broken on purpose, gated.',
  arguments: {},
  options: {},
  run: async (_input, io) => {
    const [{ playDemo }, { demoParts }] = await Promise.all([
      import('../demo/play-demo.ts'),
      import('../demo/demo-parts.ts'),
    ]);
    return playDemo(io, demoParts);
  },
});
