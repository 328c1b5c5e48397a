import type { ExchangePlace, Exchanges, HarnessOptions } from '#harness';

type Model = HarnessOptions['model'];
type Answer = Awaited<ReturnType<Model['doStream']>>;

/**
 * Models that are late, so that sub-agents end in this order of their numbers: while all of them wait for an answer, whoever
 * stands first is given it. A sub-agent has ended when its model asks for no further tool. Others are not kept waiting.
 */
export function lateModels(order: readonly number[]): (inner: Exchanges) => Exchanges {
  const waiting = new Map<number, () => void>();
  const ended = new Set<number>();
  const answerNext = (): void => {
    const open = order.filter((each) => !ended.has(each));
    const [next] = open;
    if (next === undefined || open.some((each) => !waiting.has(each))) return;
    const answer = waiting.get(next);
    waiting.delete(next);
    answer?.();
  };
  const untilTurnOf = (subAgent: number): Promise<void> => {
    const turn = Promise.withResolvers<void>();
    waiting.set(subAgent, turn.resolve);
    answerNext();
    return turn.promise;
  };
  const noteEnd = (subAgent: number): void => {
    ended.add(subAgent);
    answerNext();
  };
  return (inner) => ({
    ...inner,
    model: (place, model) => {
      const subAgent = subAgentAt(place);
      const own = inner.model(place, model);
      if (subAgent === undefined || !order.includes(subAgent)) return own;
      return late(own, { before: () => untilTurnOf(subAgent), atEnd: () => noteEnd(subAgent) });
    },
  });
}

/** Sub-agents' lanes are those of `<run>.<number>`. */
function subAgentAt({ lane }: ExchangePlace): number | undefined {
  const number = /^\d+\.(\d+)\//.exec(lane)?.[1];
  return number === undefined ? undefined : Number(number);
}

function late(
  model: Model,
  { before, atEnd }: { readonly before: () => Promise<void>; readonly atEnd: () => void },
): Model {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => model.doGenerate(options),
    doStream: async (options) => {
      await before();
      const answer = await model.doStream(options);
      return { ...answer, stream: tellingEnd(answer.stream, atEnd) };
    },
  };
}

function tellingEnd(stream: Answer['stream'], atEnd: () => void): Answer['stream'] {
  let asksForTools = false;
  return stream.pipeThrough(
    new TransformStream({
      transform: (part, controller) => {
        if (part.type === 'tool-call') asksForTools = true;
        controller.enqueue(part);
      },
      flush: () => {
        if (!asksForTools) atEnd();
      },
    }),
  );
}
