import { laneOf } from './recording.ts';

/**
 * What a request is written as the difference to: the previous request of its lane, or, for a lane's first, the latest of
 * the session, because a conversation goes on when it changes hands.
 */
export interface PreviousMessages<Message> {
  readonly before: (lane: string) => readonly Message[];
  readonly add: (lane: string, messages: readonly Message[]) => void;
}

export function createPreviousMessages<Message>(): PreviousMessages<Message> {
  const ofLane = new Map<string, readonly Message[]>();
  let latest: readonly Message[] = [];
  return {
    before: (lane) => ofLane.get(lane) ?? latest,
    add: (lane, messages) => {
      ofLane.set(lane, messages);
      latest = messages;
    },
  };
}

/**
 * The same for whoever writes a session down, however long it is: it has one run at a time, and what an earlier one asked is
 * forgotten. Should that ask once more all the same, nothing is taken over, and its request is written whole.
 */
export function createLatestMessages<Message>(): PreviousMessages<Message> {
  let latestRun = 0;
  let ofRun = createPreviousMessages<Message>();
  return {
    before: (lane) => (laneOf(lane).run < latestRun ? [] : ofRun.before(lane)),
    add: (lane, messages) => {
      const { run } = laneOf(lane);
      if (run > latestRun) {
        latestRun = run;
        ofRun = createPreviousMessages();
      }
      ofRun.add(lane, messages);
    },
  };
}
