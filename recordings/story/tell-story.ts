import { type AnyRecording, type CallRecording, isSession } from '../format/call-recording.ts';
import { firstDefinitionLine, type Recording } from '../format/recording.ts';
import { buildSteps, type ToldExchange } from './build-steps.ts';
import { importedCalls } from './imported-calls.ts';
import { readAnswer } from './read-answer.ts';
import type { Story } from './story.ts';

/** Tells a recording, of a session or of calls, as steps that a person can look at. Linear in its length. */
export function tellStory(recording: AnyRecording): Story {
  return isSession(recording) ? tellSession(recording) : tellCalls(recording);
}

function tellSession({
  header: { name, made, model },
  definitions,
  exchanges,
  events,
  editedLines,
}: Recording): Story {
  const told = exchanges.map(
    (exchange): ToldExchange =>
      exchange.t === 'model' ? { ...exchange, answer: readAnswer(exchange.answer) } : exchange,
  );
  return {
    name,
    made,
    model,
    definitions,
    ...buildSteps(told, firstDefinitionLine + definitions.length),
    events: events.outline,
    editedLines,
  };
}

function tellCalls(recording: CallRecording): Story {
  const { name, made, fidelity, source = '', losses = [] } = recording.header;
  const imported = recording.exchanges.flatMap((each) =>
    each.t === 'openai' || each.t === 'semantic' ? [each] : [],
  );
  const { definitions, calls } = importedCalls(imported);
  const told = recording.exchanges.flatMap((each): readonly ToldExchange[] => {
    if (each.t === 'tool') return [each];
    if (each.t !== 'model') return [];
    const { model, answer, ...exchange } = each;
    const named = model === undefined ? {} : { model: model.modelId };
    return [{ ...exchange, ...named, answer: readAnswer(answer) }];
  });
  return {
    name,
    made,
    imported: { fidelity, source, losses },
    definitions: [...recording.definitions, ...definitions],
    ...buildSteps([...told, ...calls], firstDefinitionLine + recording.definitions.length),
    events: [],
    editedLines: recording.editedLines,
  };
}
