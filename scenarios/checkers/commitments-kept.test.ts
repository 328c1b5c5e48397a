import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { playRemembering } from '../trials/play-remembering.ts';
import { checkCommitmentsKept, type RememberingSession } from './commitments-kept.ts';

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const play = (id: string): Promise<RememberingSession> =>
  playRemembering(scenarioNamed(id), { worldServer });

const factsOf = ({ events }: RememberingSession) => events.map(({ fact }) => fact);

test.for([
  ['M-01', 0],
  ['M-02', 5],
  ['M-03', 1],
  ['M-04', 2],
  ['M-09', 1],
] as const)(
  '%s: every turn is shown all that was done before it, across %i summaries',
  async ([id, summaries]) => {
    const session = await play(id);
    const folded = factsOf(session).filter(
      (fact) => fact.type === 'memory-compacted' && fact.folded !== undefined,
    );
    expect(folded).toHaveLength(summaries);
    expect(session.effects).toContain('issueRefund');
    expect(factsOf(session)).toContainEqual(
      expect.objectContaining({ type: 'tool-completed', tool: 'issueRefund' }),
    );
    expect(checkCommitmentsKept(session)).toEqual([]);
  },
);

test('a turn that is not shown what was done is found, with the result that it lacks', async () => {
  const session = await play('M-04');
  const shown = [...session.shown.slice(0, -1), { system: '', tools: [], messages: [] }];
  expect(checkCommitmentsKept({ ...session, shown }).map(({ message }) => message)).toEqual([
    expect.stringMatching(/^model#1 of M-04\/4 is not shown what issueRefund has done: .*"re_1"/),
    expect.stringContaining('what draftReply has done'),
    expect.stringContaining('what sendReply has done'),
  ]);
});

test('what was done and is asked for again is found, and what another asks for is not', async () => {
  const session = await play('M-01');
  const { events } = session;
  const asked = events.find(
    ({ fact }) => fact.type === 'tool-requested' && fact.tool === 'issueRefund',
  );
  const last = events.at(-1);
  if (asked === undefined || last === undefined) throw new TypeError('nothing was refunded');
  const again = { ...asked, seq: last.seq + 1 };
  expect(checkCommitmentsKept({ ...session, events: [...events, again] })).toMatchObject([
    { invariant: 'I11', found: 'once more' },
  ]);
});
