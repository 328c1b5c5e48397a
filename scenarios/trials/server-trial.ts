import { z } from 'zod';
import { createHarness, systemHost } from '#harness';
import { issueApiKey, startServer } from '#harness/server';
import { memoryBacking, memoryKeyStore, scriptedModel } from '#harness/testing';
import type { Violation } from '../checkers/violation.ts';
import { carelessGateway, type ServerMutant } from '../mutants/server/careless-gateway.ts';
import { scenarioExchanges } from '../scenario/scenario-exchanges.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Trial } from './trial.ts';

/** CD-8. Somebody tries to approve: what is not there, without a key, and from a stranger's page. */
export const serverTrial: Trial<ServerMutant> = {
  defect: carelessGateway,
  play: async ({ isOn, worldServer }) => {
    const scenario = scenarioNamed('H-01');
    const worldUrl = worldServer.createWorld(scenario.world).url;
    await using harness = await createHarness({
      ...scenario.subject.assemble({ worldUrl }),
      backing: memoryBacking(),
      model: scriptedModel(scenario.playbooks.gold),
      exchanges: scenarioExchanges(scenario),
    });
    const keys = memoryKeyStore();
    const ana = { id: 'ana', role: 'billing_agent', tenant: scenario.principal.tenant };
    const { key } = await issueApiKey(keys, ana, systemHost().random);
    await using server = isOn
      ? await carelessGateway.serve({ harness })
      : await startServer({ harness, access: { kind: 'keys', keys } });
    const authorization = `Bearer ${key}`;
    const broken: Violation[] = [];
    for (const { name, status, headers } of probesWith(authorization)) {
      broken.push(...(await probe(server.url, { name, status, headers })));
    }
    return broken;
  },
};

interface Probe {
  readonly name: string;
  /** The refusal that is due. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const probesWith = (authorization: string): readonly Probe[] => [
  { name: 'a request that does not exist', status: 404, headers: { authorization } },
  { name: 'a decision without a key', status: 401, headers: {} },
  {
    name: "a decision from a stranger's page",
    status: 403,
    headers: { authorization, origin: 'https://stranger.example' },
  },
];

const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** I10: who may not decide, or decides what is not there, is refused in the server's own terms and is shown nothing. */
async function probe(url: string, { name, status, headers }: Probe): Promise<readonly Violation[]> {
  const answer = await fetch(`${url}/v1/approvals/no-such-approval/decision`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ verdict: 'approve', reason: 'because I can' }),
  });
  const body = await answer.text();
  const isTyped =
    answer.headers.get('content-type')?.startsWith('application/json') === true &&
    refusalSchema.safeParse(JSON.parse(body)).success;
  const isOpen = answer.headers.get('access-control-allow-origin') === '*';
  if (answer.status === status && isTyped && !isOpen) return [];
  const found = `${answer.status} ${isTyped ? 'as JSON' : 'without a typed body'}${isOpen ? ' for pages of any origin' : ''}`;
  return [
    {
      invariant: 'I10',
      expected: `${name} is refused with ${status} and a typed error`,
      found,
      message: `The server let ${name} through: ${found}.`,
    },
  ];
}
