import type { ExchangePlace, Exchanges } from '#harness';
import { steeringPlace } from '../format/recording.ts';
import type { Observed } from './exchange-writer.ts';
import { recordSessionModel } from './record-session-model.ts';

/** Begins an exchange; what it returns ends it. */
export type Begin = (place: ExchangePlace) => (observed: Observed) => void;

/** Lets `inner` answer, and tells what was asked and answered. */
export function watchExchanges(inner: Exchanges, begin: Begin): Exchanges {
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
      return recordSessionModel(inner.model(place, model), (call) => end({ t: 'model', ...call }));
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
