// The page: what is shown comes from the session's events and streaming text, by the client library, and from nowhere else.
// Plain JavaScript: it is served as it is. What people and models said is set as text, never as markup.

import { connect } from '../../client/connect.ts';
import { emptyConversation, foldConversation } from '../../client/fold-conversation.ts';
import { approvalCard, showForm } from './approval-card.js';
import { askToClear } from './clear-dialog.js';
import { element } from './element.js';
import { eventElement, eventKey } from './timeline.js';

const byId = (id) => document.getElementById(id);
const keyPlace = 'groundhog-key';
/** How often, and how far apart, the server is asked for a request that has been told and is not entered yet. */
const entryTries = 50;
const entryPauseMs = 100;
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
let principal;
/** Runs of messages that were sent from here and are not in the log yet. */
let unread = new Set();

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
byId('cancel').addEventListener('click', () => void cancel());
byId('clear').addEventListener('click', () => {
  askToClear({
    inTheWay: inTheWay(),
    clear: (force) => connection.ask(`${sessionPath()}/clear`, { force }),
  });
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
  unread = new Set();
  byId('problem').textContent = '';
  byId('clear-dialog').close();
  byId('conversation').replaceChildren();
  byId('timeline').replaceChildren();
  render();
  try {
    showPrincipal(await mine.ask('/v1/principal'));
    for await (const item of mine.items()) {
      if (!isShown()) return;
      conversation = foldConversation(conversation, item);
      if (item.kind === 'event') noteRead(item.event);
      scheduleRender();
      if (item.kind === 'event' && item.event.fact.type === 'approval-requested')
        void showDeciders();
    }
  } catch (error) {
    if (isShown()) askForKey(error);
  }
}

function showPrincipal(asked) {
  principal = asked;
  const { id, role, tenant } = principal;
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
    const mode = byId('steer').checked && conversation.activeRun ? 'steer' : 'queue';
    const runId = await connection.send({ messageId: crypto.randomUUID(), text, mode });
    if (!isRead(runId)) unread.add(runId);
    render();
  } catch (error) {
    field.value = text;
    byId('problem').textContent = error.message;
  }
}

const isRead = (runId) =>
  conversation.events.some((event) => event.runId === runId || event.fact.messageId === runId);

function noteRead({ runId, fact }) {
  unread.delete(runId);
  unread.delete(fact.messageId);
  // Cancelled with what was cleared: nothing of it is told any more.
  if (fact.type === 'session-cleared') unread.clear();
}

const sessionPath = () => `/v1/sessions/${encodeURIComponent(location.hash.slice(1))}`;

/** What would have to be ended before the session is cleared: as the server's refusal names it. */
function inTheWay() {
  const waits = waitingParts().length > 0;
  if (waits) return 'APPROVAL_PENDING';
  return conversation.activeRun === undefined ? undefined : 'SESSION_BUSY';
}

async function cancel() {
  const runId = conversation.activeRun;
  if (runId === undefined) return;
  byId('problem').textContent = '';
  byId('cancel').disabled = true;
  byId('cancel').dataset.run = runId;
  try {
    await connection.ask(`/v1/runs/${encodeURIComponent(runId)}/cancel`, {});
  } catch (error) {
    byId('cancel').disabled = false;
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
  renderControls();
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

function renderControls() {
  const { activeRun, events } = conversation;
  const said = events.find(({ fact }) => fact.type === 'message-received')?.fact.principal;
  const isMine =
    said === undefined ||
    ['id', 'role', 'tenant'].every((each) => said[each] === principal?.[each]);
  const button = byId('cancel');
  button.hidden = activeRun === undefined;
  // Asked for once: it ends at its next step.
  button.disabled = button.dataset.run === activeRun;
  button.textContent = button.disabled && activeRun ? 'Cancelling…' : 'Cancel the run';
  byId('clear').hidden = !isMine || conversation.parts.length === 0;
  byId('steering').hidden = activeRun === undefined;
  byId('message-form').hidden = !isMine;
  byId('reader').hidden = isMine;
  byId('reader').textContent = isMine ? '' : `This is ${said.id}’s conversation: you read along.`;
  byId('waiting').textContent =
    activeRun === undefined || unread.size === 0 ? '' : waitingWords(unread.size);
}

const waitingWords = (count) =>
  count === 1 ? 'Your message waits for the run.' : `${count} messages wait for the run.`;

/** Who was at the end of a list stays there; who reads further up is left alone. */
function keepingEnd(list, change) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  change(list);
  if (wasAtEnd) list.scrollTop = list.scrollHeight;
}

function partElement(part, shown) {
  const made = shown ?? element('div', part.kind, '');
  made.dataset.key = part.key;
  if (part.kind === 'approval') {
    const path = `/v1/approvals/${encodeURIComponent(part.key)}/decision`;
    return approvalCard(made, part, (decision) => connection.ask(path, decision));
  }
  if (made.textContent !== part.text) made.textContent = part.text;
  made.toggleAttribute('data-streaming', part.kind === 'answered' && !part.isComplete);
  return made;
}

/**
 * Shows the buttons to who may decide: the server says who that is. What is asked is told before it is entered, so the server
 * is asked until it knows of all that waits.
 */
async function showDeciders() {
  const asked = connection;
  const session = encodeURIComponent(location.hash.slice(1));
  for (let tries = 0; tries < entryTries; tries += 1) {
    const { approvals } = await asked.ask(`/v1/approvals?sessionId=${session}`);
    if (connection !== asked) return;
    render();
    for (const { approvalId, mayDecide, status } of approvals) {
      const card = byId('conversation').querySelector(`[data-key="${CSS.escape(approvalId)}"]`);
      showForm(card, mayDecide && status === 'pending');
    }
    const entered = new Set(approvals.map(({ approvalId }) => approvalId));
    if (waitingParts().every((part) => entered.has(part.key))) return;
    await new Promise((resolve) => setTimeout(resolve, entryPauseMs));
  }
}

const waitingParts = () =>
  conversation.parts.filter(({ kind, decision }) => kind === 'approval' && decision === undefined);
