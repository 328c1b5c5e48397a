// The page: what is shown comes from the session's events and streaming text, by the client library, and from nowhere else.
// Plain JavaScript: it is served as it is. What people and models said is set as text, never as markup.

import { connect } from '../../client/connect.ts';
import { emptyConversation, foldConversation } from '../../client/fold-conversation.ts';

const byId = (id) => document.getElementById(id);
const keyPlace = 'groundhog-key';
const statusWords = {
  connecting: 'connecting',
  live: 'connected',
  reconnecting: 'connection lost, reconnecting',
  absent: 'ready for the first message',
  closed: 'disconnected',
};

let key = sessionStorage.getItem(keyPlace) ?? undefined;
let connection;
let conversation = emptyConversation;

byId('new-session').addEventListener('click', () => {
  location.hash = crypto.randomUUID();
});
window.addEventListener('hashchange', () => void open());
byId('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  key = byId('key').value.trim();
  sessionStorage.setItem(keyPlace, key);
  void open();
});
byId('message-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});
byId('text').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId('message-form').requestSubmit();
});
window.addEventListener('resize', () => {
  for (const list of [byId('conversation'), byId('timeline')]) list.scrollTop = list.scrollHeight;
});
void open();

/** Leaves the session on show and opens the one in the address. */
async function open() {
  connection?.close();
  if (location.hash.length < 2) history.replaceState(null, '', `#${crypto.randomUUID()}`);
  const sessionId = location.hash.slice(1);
  const options = { url: location.origin, sessionId, ...(key === undefined ? {} : { key }) };
  const mine = connect({ ...options, onStatus: (status) => isShown() && showStatus(status) });
  const isShown = () => connection === mine;
  connection = mine;
  conversation = emptyConversation;
  byId('conversation').replaceChildren();
  byId('timeline').replaceChildren();
  render();
  try {
    showPrincipal(await mine.ask('/v1/principal'));
    for await (const item of mine.items()) {
      if (!isShown()) return;
      conversation = foldConversation(conversation, item);
      scheduleRender();
      if (item.kind === 'event' && item.event.fact.type === 'approval-requested')
        void showDeciders();
    }
  } catch (error) {
    if (isShown()) askForKey(error);
  }
}

function showPrincipal({ id, role, tenant }) {
  byId('key-form').hidden = true;
  byId('session').hidden = false;
  byId('key-problem').textContent = '';
  byId('who').textContent = `${id}, ${role} of ${tenant}`;
}

function askForKey(error) {
  showStatus('closed');
  byId('key-form').hidden = false;
  byId('session').hidden = true;
  byId('key-problem').textContent = problemWith(error);
  byId('key').focus();
}

function problemWith(error) {
  if (error.status !== 401) return error.message;
  return key === undefined ? '' : 'The server does not know this key.';
}

function showStatus(status) {
  const place = byId('status');
  place.dataset.status = status === 'absent' ? 'live' : status;
  place.textContent = statusWords[status];
}

async function send() {
  const field = byId('text');
  const text = field.value.trim();
  if (text === '') return;
  field.value = '';
  byId('problem').textContent = '';
  try {
    await connection.send({ messageId: crypto.randomUUID(), text });
  } catch (error) {
    field.value = text;
    byId('problem').textContent = error.message;
  }
}

let isScheduled = false;
function scheduleRender() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    render();
  });
}

function render() {
  const { parts, events, agent, activeRun } = conversation;
  byId('agent').textContent =
    agent === undefined ? '' : `with ${agent}${activeRun ? ', working' : ''}`;
  byId('event-count').textContent = String(events.length);
  keepingEnd(byId('conversation'), (list) => {
    const shown = new Map([...list.children].map((each) => [each.dataset.key, each]));
    const next = parts.map((part) => partElement(part, shown.get(part.key)));
    if (next.length === 0) next.push(element('p', 'empty', 'Nothing has been said yet.'));
    if (
      next.length !== list.children.length ||
      next.some((each, at) => list.children[at] !== each)
    ) {
      list.replaceChildren(...next);
    }
  });
  keepingEnd(byId('timeline'), (list) => {
    // What was cleared is gone from here too.
    if (list.firstChild?.dataset.key !== eventKey(events[0])) list.replaceChildren();
    for (const event of events.slice(list.children.length)) list.append(eventElement(event));
  });
}

/** Who was at the end of a list stays there; who reads further up is left alone. */
function keepingEnd(list, change) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  change(list);
  if (wasAtEnd) list.scrollTop = list.scrollHeight;
}

function partElement(part, shown) {
  const made = shown ?? element('div', part.kind, '');
  made.dataset.key = part.key;
  if (part.kind === 'approval') return approvalElement(part, made);
  if (made.textContent !== part.text) made.textContent = part.text;
  made.toggleAttribute('data-streaming', part.kind === 'answered' && !part.isComplete);
  return made;
}

function approvalElement({ tool, input, reason, roles, verdict, key: approvalId }, card) {
  if (card.dataset.verdict === (verdict ?? '')) return card;
  card.dataset.verdict = verdict ?? '';
  const title = element('h3', '', `${tool} asks for approval`);
  const values = element('pre', '', JSON.stringify(input, null, 2));
  const state = element('p', 'state', verdict ?? `Waits for: ${roles.join(', ')}`);
  const row = element('div', 'row', '');
  row.hidden = true;
  for (const [word, choice] of [
    ['Approve', 'approve'],
    ['Reject', 'reject'],
  ]) {
    const button = element('button', choice, word);
    button.type = 'button';
    button.addEventListener('click', () => void decide(card, approvalId, choice));
    row.append(button);
  }
  card.setAttribute('role', 'group');
  card.setAttribute('aria-label', title.textContent);
  card.replaceChildren(title, element('p', '', reason), values, state, row);
  return card;
}

/** Shows the buttons to who may decide: the server says who that is. */
async function showDeciders() {
  const session = encodeURIComponent(location.hash.slice(1));
  const { approvals } = await connection.ask(`/v1/approvals?sessionId=${session}`);
  render();
  for (const { approvalId, mayDecide, status } of approvals) {
    const card = byId('conversation').querySelector(`[data-key="${CSS.escape(approvalId)}"]`);
    const row = card?.querySelector('.row');
    if (row) row.hidden = !(mayDecide && status === 'pending');
  }
}

async function decide(card, approvalId, verdict) {
  const buttons = card.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  try {
    const path = `/v1/approvals/${encodeURIComponent(approvalId)}/decision`;
    await connection.ask(path, { verdict, reason: 'Decided on the page.' });
    card.querySelector('.row').hidden = true;
  } catch (error) {
    for (const button of buttons) button.disabled = false;
    card.querySelector('.state').textContent = error.message;
  }
}

const eventKey = (event) => event && `${event.runId} ${event.step} ${event.ordinal}`;

function eventElement(event) {
  const { seq, step, fact } = event;
  const item = element('li', '', '');
  item.dataset.key = eventKey(event);
  const said = element('span', '', '');
  said.append(element('strong', '', fact.type), ' ', element('span', 'step', detailOf(step, fact)));
  item.append(element('span', 'seq', String(seq)), said);
  return item;
}

function detailOf(step, fact) {
  if ('tool' in fact && !step.startsWith(fact.tool)) return `${step} · ${fact.tool}`;
  if (fact.type === 'handed-off') return `${fact.from} to ${fact.to}`;
  return step;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}
