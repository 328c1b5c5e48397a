import { z } from 'zod';
import { type ReadStep, readStep, type Step, stepOf } from '../devtools/read-step.ts';
import { collect } from '../foreign/collect.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import { readJsonFile } from '../foreign/read-json-file.ts';
import type { Harvest } from '../importer.ts';

const generationsSchema = z.looseObject({
  runs: z.array(z.unknown()),
  steps: z.array(z.unknown()),
});

/** What the AI SDK's devtools keep in `.devtools/generations.json`: runs, each of one or more calls of a model. */
export function readDevtools(text: string): Harvest {
  const generations = generationsSchema.safeParse(readJsonFile(text));
  if (!generations.success) throw new ForeignInputError(1, 'it holds no generations of devtools');
  const lines = jsonItemLines(text, ['steps']);
  const items = generations.data.steps.map((value, index) => ({ value, line: lines[index] ?? 1 }));
  const steps = collect(items, ({ value, line }) => stepOf(value, line));
  const runs = Map.groupBy(steps.taken, ({ fields }) => fields.run_id);
  const harvests = [...runs].map(([id, run]) => harvestOf(run, runs.size > 1 ? id : undefined));
  return {
    found: harvests.flatMap(({ found }) => found),
    left: [...steps.left, ...harvests.flatMap(({ left }) => left)],
  };
}

function harvestOf(run: readonly Step[], part: string | undefined): Harvest {
  const ordered = run.toSorted((left, right) => left.fields.step_number - right.fields.step_number);
  const { taken, left } = collect(ordered, readStep);
  const exchanges = taken.map(({ exchange }) => exchange);
  const found = { fidelity: 'call', losses: lossesOf(taken), exchanges } as const;
  return { found: [part === undefined ? found : { ...found, part }], left };
}

function lossesOf(steps: readonly ReadStep[]): readonly string[] {
  const of = `in ${steps.length} calls`;
  const rendered = steps.filter(({ isRaw }) => !isRaw).length;
  const reworded = steps.filter(({ isAskedRaw }) => !isAskedRaw).length;
  const others = steps.reduce((sum, step) => sum + step.others, 0);
  return [
    'URLs, status and headers',
    'timings',
    'what tools did',
    ...(reworded === 0
      ? []
      : [`requests as they were sent, ${reworded} ${of}: what the SDK was asked stands instead`]),
    ...(rendered === 0
      ? []
      : [
          `answers as the provider gave them, ${rendered} ${of}: what the SDK handed on stands in the words of Responses`,
        ]),
    ...(others === 0
      ? []
      : [`parts of answers that are no text, reasoning or call of a tool: ${others}`]),
  ];
}
