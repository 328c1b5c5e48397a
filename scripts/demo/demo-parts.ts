import { sweepScenario } from '../cli/sweep-scenario.ts';
import { renderCrashReport } from '../render/crash-report.ts';
import { renderGateReport } from '../render/gate-report.ts';
import { renderMatrix } from '../render/matrix.ts';
import { createNarrator } from '../render/narrate.ts';
import type { DemoPart } from './demo-part.ts';

const scenario = 'R-01';
const mutant = 'CD-1';

const play: DemoPart = {
  title: 'The support desk handles a duplicate charge',
  play: async (io) => {
    const { playScenario } = await import('#scenarios');
    const narrate = createNarrator(io.paint);
    const { findings } = await playScenario(scenario, {
      onEvent: (item) => io.stream(narrate(item)),
      signal: io.signal,
    });
    return {
      held: findings.every(({ ok }) => ok),
      found: findings.map(({ reason }) => reason).join('; '),
    };
  },
};

const replay: DemoPart = {
  title: 'The recorded session is replayed without a model or a network',
  play: async (io) => {
    const { replayRecording } = await import('#scenarios');
    const result = await replayRecording(scenario, { signal: io.signal });
    const { exchanges, divergences, network, report } = result;
    return {
      held: divergences === 0 && network === 0,
      found: `${exchanges} exchanges, ${divergences} divergences, ${network} network requests`,
      ...(report === undefined ? {} : { details: report }),
    };
  },
};

const crash: DemoPart = {
  title: 'The session is killed with SIGKILL at every step, and recovers',
  play: async (io) => {
    const { report, cells } = await sweepScenario(io, scenario, { backend: 'pglite-server' });
    const { points, landed, clean } = report;
    return {
      held: points > 0 && clean === points,
      found: `${points} points, ${landed} landed, ${clean} clean`,
      details: `${renderMatrix(cells, io.paint)}\n\n${renderCrashReport(report, io.paint)}`,
    };
  },
};

const catchMutant: DemoPart = {
  title: 'The refund loses its idempotency key, and that is caught',
  play: async (io) => {
    const { report, cells } = await sweepScenario(io, scenario, {
      backend: 'pglite-server',
      moments: ['inside'],
      mutant,
    });
    const caught = report.violations.find(({ invariant }) => invariant === 'I1');
    return {
      held: caught !== undefined,
      found:
        caught === undefined ? `${mutant} was not caught` : `${caught.message} ${caught.replay}`,
      details: `${renderMatrix(cells, io.paint)}\n\n${renderCrashReport(report, io.paint)}`,
    };
  },
};

const gate: DemoPart = {
  title: 'The scores are compared with the committed baseline',
  play: async (io) => {
    const { defaultSuite, runSuite } = await import('#evals');
    const report = await runSuite(defaultSuite, { model: 'recorded', signal: io.signal });
    return {
      held: report.gate === 'pass',
      found: `the gate says ${report.gate}`,
      details: renderGateReport(report, io.paint),
    };
  },
};

export const demoParts: readonly DemoPart[] = [play, replay, crash, catchMutant, gate];
