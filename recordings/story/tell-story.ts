import { firstDefinitionLine, type Recording } from '../format/recording.ts';
import type { ImportedRecording } from '../importers/imported-recording.ts';
import { buildSteps, type ToldExchange } from './build-steps.ts';
import { importedCalls } from './imported-calls.ts';
import { readAnswer } from './read-answer.ts';
import type { Story } from './story.ts';

/** Tells a recording, of a session or imported, as steps that a person can look at. Linear in its length. */
export function tellStory(recording: Recording | ImportedRecording): Story {
  return 'definitions' in recording ? tellSession(recording) : tellImported(recording);
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

function tellImported(recording: ImportedRecording): Story {
  const { name, made, fidelity, source, losses } = recording.header;
  const { definitions, calls } = importedCalls(recording);
  return {
    name,
    made,
    imported: { fidelity, source, losses },
    definitions,
    ...buildSteps(calls, firstDefinitionLine),
    events: [],
    editedLines: recording.editedLines,
  };
}
