import { addressKind, cardKind, findSecrets } from '../../format/find-secrets.ts';
import type { WireRequest } from '../../format/http-call.ts';
import type { RecordingRedaction } from '../../format/redaction.ts';
import { UnrecordableError } from '../../format/unrecordable-error.ts';
import {
  type BodyRedaction,
  createBodyRedaction,
} from '../../importers/redaction/redact-exchange.ts';

/** Takes out of requests and answers of one recording what it must not hold. */
export interface WireRedaction extends BodyRedaction {
  readonly request: (request: WireRequest) => WireRequest;
  readonly headers: (headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Bytes that could not be read as text. @throws UnrecordableError for those in which a secret stands all the same. */
  readonly bytes: (base64: string, contentType: string) => string;
}

/** To be used in the order in which the recording is written; `within` is what the rest of it is redacted with. */
export function createWireRedaction(within: RecordingRedaction): WireRedaction {
  const body = createBodyRedaction(within);
  const headers: WireRedaction['headers'] = (given) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, saidAs(name, value, body)]),
    );
  return {
    ...body,
    headers,
    bytes: unlessSecret,
    request: ({ method, host, path, headers: sent, body: said }) => ({
      method,
      host,
      path: redactQuery(path, body),
      ...(sent === undefined ? {} : { headers: headers(sent) }),
      ...(said === undefined ? {} : { body: redactSent(said, body, sent) }),
    }),
  };
}

function unlessSecret(base64: string, contentType: string): string {
  const found = findSecrets(Buffer.from(base64, 'base64').toString('latin1'));
  const isText = /^text\/|json|xml|urlencoded/.test(contentType);
  // A picture is random enough to hold what looks like an address or a number, and not what looks like a key.
  const secret = found.find(({ kind }) => isText || (kind !== addressKind && kind !== cardKind));
  if (secret === undefined) return base64;
  throw new UnrecordableError('a body of bytes', `within them what looks like ${secret.kind}`);
}

function redactSent(
  said: NonNullable<WireRequest['body']>,
  redaction: BodyRedaction,
  headers: WireRequest['headers'] = {},
): NonNullable<WireRequest['body']> {
  if ('json' in said) return { json: redaction.json(said.json) };
  const type = headers['content-type'] ?? '';
  if ('base64' in said) return { base64: unlessSecret(said.base64, type) };
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  return {
    text: isForm ? redactQuery(`?${said.text}`, redaction).slice(1) : redaction.text(said.text),
  };
}

/** Names under which a query hands on what gives access, beside those that bodies have for it. */
const accessParameter = /^(?:key|token|sig|signature|secret|app_?id)$/i;

/** Each piece of a path, of its query or of a form, looked at as what it says. */
function redactQuery(path: string, redaction: Pick<BodyRedaction, 'json' | 'text'>): string {
  return path.replaceAll(/[^/?&]+/g, (piece) => {
    const [name = '', ...rest] = piece.split('=');
    if (rest.length === 0) return redacted(piece, redaction.text);
    const value = redacted(rest.join('='), (said) => saidAs(decoded(name), said, redaction));
    return `${redacted(name, redaction.text)}=${value}`;
  });
}

/** As it is written, unless what it says is to be said otherwise. */
function redacted(written: string, clean: (said: string) => string): string {
  const said = decoded(written);
  const left = clean(said);
  return left === said ? written : left;
}

/** What a name says its value is may be a secret whatever it looks like. */
function saidAs(name: string, value: string, { json }: Pick<BodyRedaction, 'json'>): string {
  const property = accessParameter.test(name) ? 'api_key' : name;
  const clean = json({ [property]: value });
  const isObject = typeof clean === 'object' && clean !== null && !Array.isArray(clean);
  const said = isObject ? clean[property] : undefined;
  return typeof said === 'string' ? said : value;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // A lone % sign: looked at as it stands.
    return text;
  }
}
