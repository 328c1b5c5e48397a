import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { type Story, tellStory, type ViewedStory } from '#recordings';
import { smallSession } from '../render/story/testing/small-session.ts';
import { runStepper } from './run-stepper.ts';

const tab = '\t';
const [right, left, end] = ['\x1b[C', '\x1b[D', '\x1b[F'];

/** A terminal that is two streams: what is typed into one, and what was drawn on the other. */
function openTerminal(size = { columns: 80, rows: 24 }) {
  const raw: boolean[] = [];
  const written: string[] = [];
  const input = Object.assign(new PassThrough(), {
    setRawMode: (mode: boolean) => raw.push(mode),
  });
  const output = Object.assign(new PassThrough(), size);
  output.on('data', (piece: Buffer) => written.push(piece.toString()));
  return {
    terminal: { input, output },
    raw,
    written: () => written.join(''),
    /** The lines now on the screen. */
    screen: () =>
      stripVTControlCharacters(written.join('').split('\x1b[H').at(-1) ?? '')
        .split('\r\n')
        .map((line) => line.trimEnd()),
    resize: (columns: number, rows: number) => {
      Object.assign(output, { columns, rows });
      output.emit('resize');
    },
  };
}

/** Steps through a story with these keys, and says what is on the screen after each. */
async function after(
  keys: readonly string[],
  story: Story = tellStory(smallSession()),
  known: Omit<ViewedStory, 'story'> = {},
) {
  const { terminal, screen, raw, written, resize } = openTerminal();
  const running = runStepper({ story, ...known }, terminal, new AbortController().signal);
  const screens = [screen()];
  for (const key of keys) {
    terminal.input.write(key);
    // Keys are told apart by what follows at once.
    await new Promise((resolve) => setImmediate(resolve));
    screens.push(screen());
  }
  return { running, screens, last: screens.at(-1) ?? [], raw, written, resize, screen, terminal };
}

async function quit({ terminal, running }: Awaited<ReturnType<typeof after>>): Promise<void> {
  terminal.input.write('q');
  await running;
}

test('keys go forward and back, from end to end', async () => {
  const session = await after([right, 'n', 'n', left, 'p', end, 'n']);
  expect(session.screens.map(([title = '']) => title.split('  ').slice(1, 3).join(' '))).toEqual([
    '1/11 message',
    '2/11 clock',
    '3/11 dice',
    '4/11 model',
    '3/11 dice',
    '2/11 clock',
    '11/11 model',
    '11/11 model',
  ]);
  expect(session.last).toContain('this is the last step');
  await quit(session);
});

test('tab shows of a turn its answer, what it read, what changed of that, its tools, the world and the times', async () => {
  const session = await after(['g', '7', '\r', tab, tab, tab, tab, tab, tab]);
  const [answer, context, change, tool, world, timing, again] = session.screens
    .slice(3)
    .map((lines) => lines.slice(2));
  expect(answer).toContain('  I pay it back.');
  expect(answer).toContain('  asks for refund { order: "A-17", total: 42.5 }');
  expect(context).toContain('  = user:');
  expect(change).toContain('+ user: It was lost.');
  expect(tool).toContain('    -> failed, BANK_CLOSED: Come back tomorrow.');
  expect(world).toContain('no tool has changed anything yet');
  expect(timing).toContain('nothing was measured when it was recorded');
  expect(again).toEqual(answer);
  await quit(session);
});

test('where it is known, the world is the rows that changed, in this step and before it, and times are those that were measured', async () => {
  const refunds = { table: 'refunds', key: 're_1' };
  const known: Omit<ViewedStory, 'story'> = {
    database: {
      kind: 'known',
      steps: new Map([
        [
          '1/desk#1',
          { rows: [{ ...refunds, after: { id: 're_1', state: 'open' } }], isShared: false },
        ],
        [
          '1/desk#3',
          {
            rows: [
              {
                ...refunds,
                before: { id: 're_1', state: 'open' },
                after: { id: 're_1', state: 'paid' },
              },
            ],
            isShared: false,
          },
        ],
      ]),
    },
    timing: {
      kind: 'measured',
      places: new Map([['1/desk#3', { start: 1250, took: 830, first: 310, pieces: [310, 520] }]]),
    },
  };
  const session = await after(
    ['g', ...Array.from('1/desk#3'), '\r', tab, tab, tab, tab, tab],
    undefined,
    known,
  );
  const [world, timing] = session.screens.slice(-2).map((lines) => lines.slice(2, 7));
  expect(world).toEqual([
    '~ refunds re_1',
    '    /state: "open" -> "paid"',
    '',
    'before it:',
    '  1/desk#1  + refunds re_1',
  ]);
  expect(timing).toEqual([
    'began        +1.25 s',
    'took         830 ms',
    'first piece  after 310 ms',
    'pieces       2',
    '',
  ]);
  await quit(session);
});

test('where it is not known, the world is what tools say they changed, and no more', async () => {
  const session = smallSession();
  const refunded = session.exchanges.map((each) =>
    each.t === 'tool' && each.tool === 'refund' && each.outcome.kind === 'failed'
      ? {
          ...each,
          effect: 'keyed' as const,
          outcome: { kind: 'completed' as const, output: { paid: 40 } },
        }
      : each,
  );
  const stepper = await after(
    [end, tab, tab, tab, tab],
    tellStory({ ...session, exchanges: refunded }),
  );
  expect(stepper.last.slice(2, 6)).toEqual([
    '  1/desk#4',
    '  refund (keyed) { order: "A-17", total: 40 }',
    '    -> { paid: 40 }',
    '',
  ]);
  await quit(stepper);
});

test('a search finds the next step that says it, and a jump takes a place', async () => {
  const session = await after([
    '/',
    'l',
    'o',
    's',
    't',
    '\r',
    '/',
    '\r',
    'g',
    ...Array.from('1/desk#3'),
    '\r',
    'g',
    '9',
    '9',
    '\r',
  ]);
  const titles = session.screens.map(([title = '']) => title.split('  ').at(-1));
  expect([titles[6], titles[8], titles[18]]).toEqual(['1.1/scout#1', '1/desk#1', '1/desk#3']);
  expect(session.last.join(' ')).toContain('there is no step 99');
  await quit(session);
});

test('it fits a terminal of 80 by 24 and is drawn anew when that changes', async () => {
  const long = tellStory(smallSession({ prompt: 'word '.repeat(2_000) }));
  const session = await after(['g', '4', '\r', tab], long);
  expect(session.last).toHaveLength(24);
  expect(session.last.every((line) => line.length <= 80)).toBe(true);
  session.resize(40, 10);
  expect(session.screen()).toHaveLength(10);
  expect(session.screen().every((line) => line.length <= 40)).toBe(true);
  await quit(session);
});

test('what was recorded cannot command the terminal', async () => {
  const story = tellStory(smallSession());
  const [first, ...rest] = story.steps;
  if (first?.kind !== 'message') throw new Error('a session begins with a message');
  const session = await after([], {
    ...story,
    steps: [{ ...first, text: '\x1b[2J\x07gone' }, ...rest],
  });
  expect(session.last.join('\n')).toContain(String.raw`\x1b[2J\x07gone`);
  await quit(session);
});

test.for([
  ['q', 'q'],
  ['Ctrl-C', '\x03'],
] as const)('%s gives the terminal back as it was', async ([, key]) => {
  const session = await after([key]);
  await session.running;
  expect(session.raw).toEqual([true, false]);
  expect(session.written().startsWith('\x1b[?1049h\x1b[?25l')).toBe(true);
  expect(session.written().endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
  expect(session.terminal.input.listenerCount('keypress')).toBe(0);
});

test('a step that cannot be drawn gives the terminal back, too, and says why', async () => {
  const story = tellStory(smallSession());
  const broken = {
    ...story,
    get steps(): Story['steps'] {
      throw new Error('unreadable');
    },
  };
  const { terminal, raw, written } = openTerminal();
  await expect(
    runStepper({ story: broken }, terminal, new AbortController().signal),
  ).rejects.toThrow('unreadable');
  expect(raw).toEqual([true, false]);
  expect(written().endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
});

test('in a real terminal it steps by real keys, and without one it names what prints', async () => {
  const command = `${process.execPath} scripts/groundhog.js step R-01`;
  const child = spawn(
    '/usr/bin/env',
    ['script', '--quiet', '--return', '--command', command, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let drawn = '';
  const closed = once(child, 'close');
  child.stdout.on('data', (piece: Buffer) => {
    const before = drawn;
    drawn += piece.toString();
    const isNew = (text: string): boolean => drawn.includes(text) && !before.includes(text);
    if (isNew('R-01  1/')) child.stdin.write(right);
    if (isNew('R-01  2/')) child.stdin.write('q');
  });
  const [exitCode] = await closed;
  expect(exitCode).toBe(0);
  expect(drawn).toMatch(/R-01 {2}2\/\d+ {2}clock {2}1#1/);
  expect(drawn).toContain('\x1b[?25h\x1b[?1049lR-01: ');
  const blind = spawn(process.execPath, ['scripts/groundhog.js', 'step', 'R-01'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  blind.stderr.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const [code] = await once(blind, 'close');
  expect({ code, said }).toMatchObject({
    code: 2,
    said: expect.stringContaining('npx groundhog show R-01'),
  });
});
