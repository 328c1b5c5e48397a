import { randomUUID } from 'node:crypto';
import { defineCommand } from '../cli/define-command.ts';
import { text } from '../cli/parameter.ts';
import { createNarrator } from '../render/narrate.ts';

export const chat = defineCommand({
  name: 'chat',
  summary:
    'Speak in a session of a running server: one message a line, the answer as it streams. /help lists what else a line may do: steer, approve, reject, cancel, clear.',
  arguments: {},
  options: {
    url: text('of the server (default: http://127.0.0.1:4000)', 'url'),
    key: text('an API key, if the server asks for one', 'key'),
    session: text('go on with this session (default: a new one)', 'id'),
  },
  run: async ({ url = 'http://127.0.0.1:4000', key, session }, io) => {
    const { chatSession } = await import('../serve/chat-session.ts');
    const sessionId = session ?? randomUUID();
    const narrate = createNarrator(io.paintTalk);
    io.progress(`Session ${sessionId} at ${url}. One message a line; /help for more, Ctrl-D ends.`);
    const runs = await chatSession({
      url,
      key,
      sessionId,
      input: process.stdin,
      signal: io.signal,
      onItem: (item) => io.stream(narrate(item)),
      onTalk: (line) => io.progress(io.paintTalk('yellow', line)),
      onStatus: (status) => {
        if (status === 'reconnecting') io.progress(io.paintTalk('yellow', '\nreconnecting'));
      },
    });
    return {
      exitCode: 0,
      text: `Session ${sessionId}: ${runs.length} messages.`,
      json: { sessionId, runs },
    };
  },
});
