import type { ExchangePlace, Exchanges } from '#harness';
import { steeringPlace } from '../format/recording.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import type { Observed } from './exchange-writer.ts';
import { type ObservedCall, recordSessionModel } from './record-session-model.ts';

/** Begins an exchange; what it returns ends it. */
export type Begin = (place: ExchangePlace) => (observed: Observed) => void;

/** Lets `inner` answer, and tells what was asked and answered, and with `now` when pieces of answers came. */
export function watchExchanges(inner: Exchanges, begin: Begin, now?: Stopwatch): Exchanges {
  return {
    message: (place, message) => {
      const end = begin(place);
      inner.message(place, message);
      end({ t: 'message', ...message });
    },
    cleared: (place, clear) => {
      const end = begin(place);
      inner.cleared(place, clear);
      end({ t: 'clear', ...clear });
    },
    model: (place, model) => {
      const end = begin(place);
      const keep = (call: ObservedCall): void => end({ t: 'model', ...call });
      return recordSessionModel(inner.model(place, model), keep, now);
    },
    tool: async (place, call, execute) => {
      const end = begin(place);
      const outcome = await inner.tool(place, call, execute);
      end({ t: 'tool', ...call, outcome });
      return outcome;
    },
    decision: async (place, call, wait) => {
      const end = begin(place);
      const decision = await inner.decision(place, call, wait);
      end({ t: 'decision', ...call, decision });
      return decision;
    },
    steering: (place, look) => {
      const messages = inner.steering(place, look);
      // Most turns find nothing, and nothing is kept of that.
      if (messages.length > 0) begin(steeringPlace(place))({ t: 'steering', messages });
      return messages;
    },
    clock: (place, read) => {
      const end = begin(place);
      const value = inner.clock(place, read);
      end({ t: 'clock', value });
      return value;
    },
    dice: (place, roll) => {
      const end = begin(place);
      const value = inner.dice(place, roll);
      end({ t: 'dice', value });
      return value;
    },
  };
}
