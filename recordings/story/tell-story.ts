import { type AnyRecording, type CallRecording, isSession } from '../format/call-recording.ts';
import type { ForkedFrom } from '../format/header.ts';
import { type Exchange, firstDefinitionLine, type Recording } from '../format/recording.ts';
import { buildSteps, type ToldExchange } from './build-steps.ts';
import { tellHttp } from './imported/http-calls.ts';
import { createCallTeller } from './imported/imported-calls.ts';
import { readAnswer } from './read-answer.ts';
import type { Story } from './story.ts';

/** Tells a recording, of a session or of calls, as steps that a person can look at. Linear in its length. */
export function tellStory(recording: AnyRecording): Story {
  return isSession(recording) ? tellSession(recording) : tellCalls(recording);
}

function tellSession(recording: Recording): Story {
  const { header, definitions, exchanges, events } = recording;
  const { name, made, model, losses, forkedFrom } = header;
  const told = exchanges.map(
    (exchange): ToldExchange => (exchange.t === 'model' ? toldModel(exchange) : exchange),
  );
  return {
    name,
    made,
    model,
    ...(losses === undefined ? {} : { losses }),
    ...(forkedFrom === undefined ? {} : { forkedFrom: originOf(forkedFrom) }),
    definitions,
    ...buildSteps(told, firstDefinitionLine + definitions.length),
    events: events.outline,
    ...stateOf(recording),
  };
}

function tellCalls(recording: CallRecording): Story {
  const { header } = recording;
  const { name, made, fidelity, source = '', losses = [] } = header;
  const teller = createCallTeller();
  const told = recording.exchanges.map((each): ToldExchange => {
    if (each.t === 'tool') return each;
    if (each.t === 'http') return tellHttp(each, teller.tell);
    return each.t === 'model' ? toldModel(each) : teller.tell(each);
  });
  return {
    name,
    made,
    ...('model' in header && header.model !== undefined ? { model: header.model } : {}),
    imported: { fidelity, source, losses },
    definitions: [...recording.definitions, ...teller.takeDefinitions()],
    ...buildSteps(told, firstDefinitionLine + recording.definitions.length),
    events: [],
    ...stateOf(recording),
  };
}

function toldModel({
  model,
  answer,
  ...exchange
}: Extract<Exchange, { t: 'model' }>): ToldExchange {
  const named = model === undefined ? {} : { model: model.modelId };
  return { ...exchange, ...named, answer: readAnswer(answer) };
}

const originOf = ({ name, made, at, prompts }: ForkedFrom): Story['forkedFrom'] & object => ({
  name,
  made,
  at,
  ...(prompts === undefined ? {} : { prompts }),
});

/** What became of the file since it was written. */
function stateOf({ editedLines, tornAt }: AnyRecording): Pick<Story, 'editedLines' | 'tornAt'> {
  return { editedLines, ...(tornAt === undefined ? {} : { tornAt }) };
}
