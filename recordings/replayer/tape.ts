import type { ExchangePlace, Json } from '#harness';
import { canonicalJson, fingerprint } from '#harness/values';
import type { HttpCall, WireRequest } from '../format/http-call.ts';
import { createRequestUnpacker, type ModelRequest } from '../format/model-request.ts';
import {
  type Definition,
  type Exchange,
  firstDefinitionLine,
  placeName,
  placeOf,
  type Recording,
} from '../format/recording.ts';
import type { EditedLine, ExchangeReference } from './divergence.ts';

type ModelExchange = Extract<Exchange, { t: 'model' }>;

/** A model's exchange with its request put together again. */
export type TapedModel = Omit<ModelExchange, 'request'> & { readonly request: ModelRequest };
export type TapedTool = Extract<Exchange, { t: 'tool' }>;
export type TapedExchange = Exclude<Exchange, ModelExchange> | TapedModel | HttpCall;

/** What can be laid out: a session's recording, or one of calls. */
export interface TapeSource {
  readonly header: { readonly name: string };
  readonly definitions: readonly Definition[];
  readonly exchanges: readonly (Exchange | HttpCall)[];
  readonly editedLines: readonly number[];
}

/** A recording laid out by places. It keeps no position: the same place always holds the same answer. */
export interface Tape<Source extends TapeSource = Recording> {
  readonly recording: Source;
  /** In the order of the file. */
  readonly exchanges: readonly TapedExchange[];
  readonly at: (place: ExchangePlace) => TapedExchange | undefined;
  /** What stands in the file behind the exchange at this place. */
  readonly after: (place: ExchangePlace) => TapedExchange | undefined;
  readonly edited: readonly EditedLine[];
}

/** For what asks for no more than both kinds of recording have. */
export type AnyTape = Tape<TapeSource>;

export function layOut<Source extends TapeSource>(recording: Source): Tape<Source> {
  const unpack = createRequestUnpacker(recording.definitions);
  const exchanges = recording.exchanges.map(
    (exchange): TapedExchange =>
      exchange.t === 'model'
        ? { ...exchange, request: unpack(exchange.lane, exchange.request) }
        : exchange,
  );
  const indexes = new Map(
    exchanges.map((exchange, index) => [placeName(placeOf(exchange)), index]),
  );
  const find = (place: ExchangePlace, offset: number): TapedExchange | undefined => {
    const index = indexes.get(placeName(place));
    return index === undefined ? undefined : exchanges[index + offset];
  };
  return {
    recording,
    exchanges,
    at: (place) => find(place, 0),
    after: (place) => find(place, 1),
    edited: editedLines(recording).map((line) => editedLine(line, recording, exchanges)),
  };
}

/** Those that the end line gives away, and definitions that say something else than their fingerprints, or than their ids. */
function editedLines({ editedLines: known, definitions }: TapeSource): readonly number[] {
  const lines = definitions.flatMap((definition, index) => {
    const said = definition.t === 'prompt' ? definition.text : definition.definition;
    const isItsOwn = definition.fingerprint === fingerprint(said) && isNamed(definition);
    return isItsOwn ? [] : [firstDefinitionLine + index];
  });
  return [...new Set([...known, ...lines])].toSorted((left, right) => left - right);
}

/** The id of a prompt is its name, with a number behind it where several have that. */
function isNamed(definition: Definition): boolean {
  if (definition.t !== 'prompt') return true;
  const { id, name } = definition;
  return id === `prompt:${name}` || id.startsWith(`prompt:${name}~`);
}

/** The line of the exchange at a place; where there is none, of the last one before it in its lane. */
export function lineAt({ recording, exchanges }: AnyTape, place: ExchangePlace): number {
  const isBefore = ({ lane, n }: TapedExchange): boolean =>
    lane === place.lane && n <= place.ordinal;
  const index = exchanges.findLastIndex(isBefore);
  return index === -1 ? 1 : firstDefinitionLine + recording.definitions.length + index;
}

function editedLine(
  line: number,
  { definitions }: TapeSource,
  exchanges: readonly TapedExchange[],
): EditedLine {
  const index = line - firstDefinitionLine;
  const exchange = exchanges[index - definitions.length];
  if (exchange !== undefined) {
    const at = referenceTo(exchange);
    return { line, holds: `${at.exchange} at ${placeName(at.place)}`, at };
  }
  const holds = index < 0 ? 'the header' : (definitions[index]?.id ?? 'the events or the end');
  return { line, holds };
}

export function referenceTo(exchange: TapedExchange): ExchangeReference {
  const place = placeOf(exchange);
  if (exchange.t === 'tool') return { exchange: toolExchange(exchange), place };
  if (exchange.t === 'http') return { exchange: httpExchange(exchange.request), place };
  if (exchange.t === 'decision') return { exchange: decisionExchange(exchange), place };
  return { exchange: exchange.t === 'model' ? modelExchange : exchange.t, place };
}

/** How reports call a person's decision: `decision on issueRefund`. */
export function decisionExchange({ tool }: { readonly tool: string }): string {
  return `decision on ${tool}`;
}

/** How reports call a request over HTTP: `POST api.openai.com/v1/responses`. */
export function httpExchange({ method, host, path }: WireRequest): string {
  return `${method} ${host}${path}`;
}

/** How reports call an exchange with a model. */
export const modelExchange = 'model call';

/** How reports call an exchange with a tool: `tool getCharges({"invoiceId":"in_1"})`. */
export function toolExchange({
  tool,
  input,
}: {
  readonly tool: string;
  readonly input: Json;
}): string {
  return `tool ${tool}(${canonicalJson(input)})`;
}
