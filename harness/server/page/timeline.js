import { isSubRun } from '../../session/sub-run.ts';
import { element } from './element.js';

export const eventKey = (event) => event && `${event.runId} ${event.step} ${event.ordinal}`;

/** One event of the log; what a sub-agent did stands further in, with its number. */
export function eventElement(event) {
  const { seq, runId, step, fact } = event;
  const item = element('li', '', '');
  item.dataset.key = eventKey(event);
  const said = element('span', '', '');
  if (isSubRun(runId)) {
    item.dataset.sub = runId.slice(runId.indexOf('~') + 1);
    said.append(element('span', 'step', `sub-agent ${item.dataset.sub} `));
  }
  said.append(element('strong', '', fact.type), ' ', element('span', 'step', detailOf(step, fact)));
  item.append(element('span', 'seq', String(seq)), said);
  return item;
}

function detailOf(step, fact) {
  if (fact.type === 'sub-agent-started') return `${fact.agent}: ${fact.objective}`;
  if ('tool' in fact && !step.startsWith(fact.tool)) return `${step} · ${fact.tool}`;
  if (fact.type === 'handed-off') return `${fact.from} to ${fact.to}`;
  return step;
}
