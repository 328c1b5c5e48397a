import { z } from 'zod';
import { defineTool, type Tool } from '#harness';
import { priceListSchema } from '../world/catalogue.ts';
import type { WorldClient } from '../world/world-client.ts';
import { deskReaders } from './desk-readers.ts';

/** What seats cost; what so many of them cost is for a program to compute. */
export function getPriceList(world: WorldClient): Tool {
  return defineTool({
    name: 'getPriceList',
    version: '1',
    owner: 'sales',
    description:
      'The price of a seat of Larkspur Desk a month, and every discount there is: by volume on all seats, then on a year paid at once.',
    input: z.strictObject({}),
    output: priceListSchema,
    effect: 'read',
    agents: deskReaders,
    execute: () => world.prices(),
  });
}
