import type { FeedItem, SessionEvent } from '#harness';
import type { Paint } from './paint.ts';

const jsonWidth = 100;

/** Returns what tells a session to somebody who watches it: text as it streams, every other event on its own line. */
export function createNarrator(paint: Paint): (item: FeedItem) => string {
  let midLine = false;
  return (item) => {
    if (item.kind === 'text-delta') {
      midLine = !item.delta.text.endsWith('\n');
      return item.delta.text;
    }
    if (item.kind === 'text-restarted') {
      const began = midLine ? '\n' : '';
      midLine = false;
      return `${began}${paint('dim', '  (the answer begins anew)')}\n`;
    }
    const line = lineFor(item.event.fact, paint);
    if (line === undefined) return '';
    const told = `${midLine ? '\n' : ''}${line}\n`;
    midLine = false;
    return told;
  };
}

function lineFor(fact: SessionEvent['fact'], paint: Paint): string | undefined {
  switch (fact.type) {
    case 'message-received':
    case 'message-steered':
      return paint('bold', `${fact.principal.id}: ${fact.text}`);
    case 'tool-requested':
      return paint('dim', `  -> ${fact.tool} ${shortJson(fact.input)}`);
    case 'tool-completed':
      return paint(
        'dim',
        `  <- ${fact.tool} ${shortJson(fact.output)}${fact.cached === true ? ' (as before)' : ''}`,
      );
    case 'tool-failed':
      return paint('yellow', `  <- ${fact.tool} failed: ${fact.error.message}`);
    case 'tools-changed':
      return `${fact.agent} has other tools: ${Object.keys(fact.versions).join(', ')}`;
    case 'handed-off':
      return paint('dim', `  ${fact.from} hands over to ${fact.to}: ${fact.reason}`);
    case 'approval-requested':
      return paint(
        'yellow',
        `  ?? ${fact.tool} waits for ${fact.roles.join(' or ')}: ${fact.reason}`,
      );
    case 'approval-decided':
      return paint('yellow', `  ?? ${fact.tool} is ${fact.verdict}`);
    case 'plan-made':
      return paint('dim', `  ${fact.agent} plans ${shortJson(fact.plan)}`);
    case 'answer-refused':
      return paint(
        'yellow',
        `  ${fact.agent}'s ${fact.asked} is refused: ${fact.faults.join('; ')}`,
      );
    case 'plan-abandoned':
      return paint('yellow', `  no plan: ${fact.reason}`);
    case 'sub-agent-started':
      return paint('dim', `  => ${fact.agent}: ${fact.objective}`);
    case 'sub-agent-completed':
      return paint('dim', `  <= ${fact.agent} ${shortJson(fact.report)}`);
    case 'sub-agent-failed':
      return paint('yellow', `  <= ${fact.agent} failed: ${fact.error.message}`);
    case 'synthesis-made':
      return paint('dim', `  ${fact.agent} sums up ${shortJson(fact.synthesis)}`);
    case 'session-cleared':
      return paint('dim', '  the conversation was cleared');
    case 'session-expired':
      return paint('yellow', '  the session has expired: it takes no more messages');
    case 'run-cancelled':
      return paint('yellow', `  ${fact.agent} was cancelled`);
    case 'run-failed':
      return paint('red', `${fact.agent} failed: ${fact.error.message}`);
    case 'run-completed':
      return paint('dim', `  ${fact.agent} is done`);
    case 'memory-compacted':
      return paint('dim', `  (memory: ${fact.tokensBefore} -> ${fact.tokensAfter} tokens)`);
    case 'run-started':
    case 'findings-gathered':
    case 'run-steered':
    case 'output-withheld':
    case 'state-migrated':
    case 'model-turn-completed':
      // The text of a turn has been streamed already.
      return undefined;
  }
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= jsonWidth ? text : `${text.slice(0, jsonWidth - 3)}...`;
}
