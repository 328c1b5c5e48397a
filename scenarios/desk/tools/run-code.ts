import { codeTool, type Tool } from '#harness';
import type { WorldClient } from '../world/world-client.ts';
import { deskReaders } from './desk-readers.ts';
import { getCharges } from './get-charges.ts';
import { getOrder } from './get-order.ts';
import { getPriceList } from './get-price-list.ts';

/**
 * A program that does not end is stopped by its share of instructions, which no machine changes. The wall clock is for one
 * that waits; on a busy machine a good program waits too.
 */
const wallTimeMs = 60_000;

/** Programs of triage and billing: what they look up they may also compute with. */
export function runCode(world: WorldClient): Tool {
  return codeTool({
    tools: [getCharges(world), getOrder(world), getPriceList(world)],
    agents: deskReaders,
    owner: 'desk',
    limits: { wallTimeMs },
  });
}
