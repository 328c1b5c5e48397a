import { sweepScenario } from '../cli/sweep-scenario.ts';
import { renderCrashReport } from '../render/crash-report.ts';
import { renderMatrix } from '../render/matrix.ts';
import { createNarrator } from '../render/narrate.ts';
import type { DemoPart } from './demo-part.ts';

const scenario = 'R-01';
const mutant = 'CD-1';
const identity = { application: 'groundhog-demo', version: 'demo', executorId: 'demo' };

const play: DemoPart = {
  title: 'The support desk, played by a script, handles a duplicate charge',
  play: async (io) => {
    const [
      { checkCard, openModel, playScenario, scenarioNamed, startWorldServer },
      { durableBacking, openHarnessDatabase },
    ] = await Promise.all([import('#scenarios'), import('#harness')]);
    const card = scenarioNamed(scenario);
    await using opened = await openModel(card, { kind: 'scripted' });
    await using database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
    await using worldServer = await startWorldServer();
    const narrate = createNarrator(io.paintTalk);
    const seen = await playScenario(card, {
      worldServer,
      model: opened.model,
      backing: await durableBacking({ database, identity }),
      onFeed: (item) => io.stream(narrate(item)),
      signal: io.signal,
    });
    const findings = checkCard(card, seen);
    const broken = findings.filter(({ ok }) => !ok);
    const ending = findings.filter(
      ({ aspect, kind }) => aspect === 'final-state' && kind === 'required',
    );
    return {
      held: findings.length > 0 && broken.length === 0,
      found: (broken.length > 0 ? broken : ending).map(({ reason }) => reason).join('; '),
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
  title: 'The session is killed with SIGKILL inside every step, and recovers',
  play: async (io) => {
    const { report, cells } = await sweepScenario(io, scenario, {
      backend: 'pglite-server',
      // The moment that repeats what was done; the command by itself tries the other two as well.
      moments: ['inside'],
    });
    const { points, landed, clean } = report;
    return {
      held: points > 0 && clean === points,
      found: `${points} points, ${landed} landed, ${clean} clean`,
      details: `${renderMatrix(cells, io.paintTalk)}\n\n${renderCrashReport(report, io.paintTalk)}`,
    };
  },
};

const catchMutant: DemoPart = {
  title: 'The refund loses its idempotency key, and that is caught',
  play: async (io) => {
    const { report, cells } = await sweepScenario(io, scenario, {
      backend: 'pglite-server',
      at: 'issueRefund#1:inside',
      mutant,
    });
    const caught = report.violations.find(({ invariant }) => invariant === 'I1');
    return {
      held: caught !== undefined,
      found:
        caught === undefined ? `${mutant} was not caught` : `${caught.message} ${caught.replay}`,
      details: `${renderMatrix(cells, io.paintTalk)}\n\n${renderCrashReport(report, io.paintTalk)}`,
    };
  },
};

const gate: DemoPart = {
  title: 'The scores are compared with the committed baseline',
  play: async (io) => {
    const [{ defaultSuite, formatSuite, runSuite }, { readConfig }] = await Promise.all([
      import('#evals'),
      import('#harness'),
    ]);
    const report = await runSuite(defaultSuite, {
      model: 'recorded',
      config: readConfig(io.environment),
      signal: io.signal,
    });
    return {
      held: report.gate === 'pass',
      found: `the gate says ${report.gate}`,
      details: formatSuite(report),
    };
  },
};

export const demoParts: readonly DemoPart[] = [play, replay, crash, catchMutant, gate];
