import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Json, jsonSchema } from '#harness';
import { articlesFor } from './articles-for.ts';
import {
  type CustomerCollection,
  customerCollectionSchema,
  type WorldState,
} from './create-world-state.ts';
import { type Answer, refusal } from './ledger.ts';

const bodyLimitBytes = 64 * 1024;

/** Answers every request with JSON, errors included. */
export async function answerRequest(
  worlds: ReadonlyMap<string, WorldState>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, await answerTo(worlds, request));
  } catch (error) {
    // A client that dies while it speaks is what this world is for; anything else is a defect of ours and says so.
    if (request.destroyed && !request.complete) return;
    const message = error instanceof Error ? error.message : String(error);
    send(response, refusal(500, 'WORLD_BROKEN', message));
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answerTo(
  worlds: ReadonlyMap<string, WorldState>,
  request: IncomingMessage,
): Promise<Answer> {
  const { method = 'GET', url = '/' } = request;
  const [root, worldId = '', ...path] = url.split('/').slice(1).map(decoded);
  const world = root === 'worlds' ? worlds.get(worldId) : undefined;
  const route = `${method} ${path.length === 3 ? path.with(1, ':id').join('/') : path.join('/')}`;
  if (world === undefined) return refusal(404, 'WORLD_UNKNOWN', `There is no world at ${url}.`);
  const [resource = ''] = path.slice(-1);
  if (method === 'GET' && world.isDown(resource)) {
    return refusal(503, 'RESOURCE_DOWN', `The ${resource} cannot be read at the moment.`);
  }
  switch (route) {
    case 'GET customers/:id/charges':
    case 'GET customers/:id/orders':
    case 'GET customers/:id/claims':
    case 'GET customers/:id/refunds':
    case 'GET customers/:id/mails':
    case 'GET customers/:id/escalations':
    case 'GET customers/:id/subscriptions':
      return read(world, path[1], customerCollectionSchema.parse(path[2]));
    case 'GET readers/:id/articles':
      return { status: 200, body: [...articlesFor(path[1] ?? '', world.snapshot().articles)] };
    case 'GET incidents':
      return { status: 200, body: [...world.snapshot().incidents] };
    case 'GET prices':
      return { status: 200, body: world.snapshot().prices };
    case 'POST refunds':
      return world.receive({ kind: 'refund', ...(await effectOf(request)) });
    case 'POST mails':
      return world.receive({ kind: 'mail', ...(await effectOf(request)) });
    case 'POST claims':
      return world.receive({ kind: 'claim', ...(await effectOf(request)) });
    case 'POST escalations':
      return world.receive({ kind: 'escalation', ...(await effectOf(request)) });
    default:
      return refusal(404, 'ROUTE_UNKNOWN', `There is no ${route}.`);
  }
}

function read(world: WorldState, customerId: string | undefined, name: CustomerCollection): Answer {
  const items = world.collection(customerId ?? '', name);
  return items === undefined
    ? refusal(404, 'CUSTOMER_UNKNOWN', `There is no customer ${customerId ?? ''}.`)
    : { status: 200, body: [...items] };
}

/** A malformed escape is nobody's name: it stays as it is, and nothing is found under it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function effectOf(
  request: IncomingMessage,
): Promise<{ readonly key: string | null; readonly body: Json }> {
  const header = request.headers['idempotency-key'];
  return { key: typeof header === 'string' ? header : null, body: await bodyOf(request) };
}

/** Null for what is not JSON or too long: the request is refused, and the ledger shows that it came. */
async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length <= bodyLimitBytes) chunks.push(chunk);
  }
  if (length > bodyLimitBytes) return null;
  try {
    return jsonSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return null;
  }
}
