import type { Scenario, WorldSeed } from '#scenarios';

/** One customer of a crowd, and the trouble they write about. */
export interface Visitor {
  readonly sessionId: string;
  readonly customerId: string;
  /** The charge that has to be refunded: the later of two. */
  readonly duplicateId: string;
  /** What has to be refunded of it. */
  readonly amountMinor: number;
  readonly currency: string;
}

export interface Crowd {
  readonly visitors: readonly Visitor[];
  /** A world in which each of them was charged twice. */
  readonly world: WorldSeed;
}

/** As many customers with a scenario's duplicate charge as are asked for, none of them another's. */
export function gatherCrowd(scenario: Scenario, size: number): Crowd {
  const { world, principal } = scenario;
  const person = world.customers.find((customer) => customer.id === principal.id);
  const pair = world.charges.filter((charge) => charge.customerId === principal.id);
  const [refund] = scenario.final.refunds;
  if (person === undefined || refund === undefined) {
    throw new RangeError(`${scenario.id} has nobody to refund`);
  }
  const numbers = Array.from({ length: size }, (_, index) => String(index + 1).padStart(6, '0'));
  const visitors = numbers.map((number) => ({
    sessionId: `load-${number}`,
    customerId: `${person.id}-${number}`,
    duplicateId: `${refund.chargeId}-${number}`,
    amountMinor: refund.amountMinor,
    currency: refund.currency,
  }));
  return {
    visitors,
    world: {
      ...world,
      customers: numbers.map((number) => ({ ...person, id: `${person.id}-${number}` })),
      charges: numbers.flatMap((number) =>
        pair.map((charge) => ({
          ...charge,
          id: `${charge.id}-${number}`,
          customerId: `${person.id}-${number}`,
          invoiceId: `${charge.invoiceId}-${number}`,
        })),
      ),
      refunds: [],
      mails: [],
    },
  };
}
