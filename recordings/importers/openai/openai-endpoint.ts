import type { OpenAiExchange } from '../../format/imported-exchange.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';

type Api = OpenAiExchange['api'];

const openAiHost = /^(?:[a-z]+\.)?api\.openai\.com$/;
/** Azure serves OpenAI's models under OpenAI's interfaces, and the AI SDK reads them with the code that reads OpenAI's. */
const azureHost =
  /^[a-z0-9-]+\.(?:openai\.azure\.(?:com|us|cn)|cognitiveservices\.azure\.com|services\.ai\.azure\.com)$/;
const openAiPath = /^\/v1\/(responses|chat\/completions)$/;
const azurePath = /^\/openai\/(?:deployments\/[^/]+\/|v1\/)?(responses|chat\/completions)$/;

/**
 * The interface of OpenAI that an HTTP request goes to.
 * @throws ForeignInputError when it goes elsewhere.
 */
export function openAiEndpoint(http: {
  readonly line: number;
  readonly method: string;
  readonly url: string;
}): { readonly api: Api; readonly path: string } {
  const { line, method } = http;
  if (!/^[a-z]{1,10}$/i.test(method)) throw new ForeignInputError(line, 'its method is none');
  const url = URL.parse(http.url);
  if (url === null) throw new ForeignInputError(line, 'its URL is none');
  const isAzure = azureHost.test(url.hostname);
  if (!isAzure && !openAiHost.test(url.hostname)) {
    throw new ForeignInputError(line, `it is a call to ${url.host}, not to OpenAI`);
  }
  // Clients whose base URL ends with a stroke double it.
  const path = url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
  const endpoint = (isAzure ? azurePath : openAiPath).exec(path)?.[1];
  if (endpoint === undefined || method.toUpperCase() !== 'POST') {
    const reason = `${method.toUpperCase()} ${withoutIds(path)} is neither Responses nor Chat Completions`;
    throw new ForeignInputError(line, reason);
  }
  return { api: endpoint === 'responses' ? 'responses' : 'chat', path };
}

/** A path may name a file or an answer of somebody: said is what kind of thing it names. */
function withoutIds(path: string): string {
  return path.replaceAll(/\/(?:[^/]*\d[^/]{8,}|[^/]{40,})/g, '/…');
}
