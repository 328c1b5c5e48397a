import { z } from 'zod';
import { lastToolResult, type Playbook } from '#harness/testing';
import { incidentSchema } from './outage-service.ts';

const subject = 'Exports are down';

/** Does everything right: looks, mails what it found, and says so. */
export const gold: Playbook = {
  name: 'X-01 gold',
  plays: [
    {
      name: 'look',
      when: (said) => lastToolResult(said, 'findIncidents') === undefined,
      answer: () => ({ text: 'Let me look.', calls: [{ tool: 'findIncidents', input: {} }] }),
    },
    {
      name: 'mail',
      when: (said) => lastToolResult(said, 'notifyCustomer') === undefined,
      answer: (said) => {
        const { output } = lastToolResult(said, 'findIncidents') ?? {};
        const [incident] = z.array(incidentSchema).parse(output);
        const body = `It is ${incident?.id}: ${incident?.title}. We are on it.`;
        const input = { customerId: 'cus_1', subject, body };
        return { calls: [{ tool: 'notifyCustomer', input }] };
      },
    },
    {
      name: 'close',
      when: () => true,
      answer: () => ({ text: 'You have mail about it.' }),
    },
  ],
};

/** Does nothing. */
export const idle: Playbook = {
  name: 'X-01 null',
  plays: [{ name: 'say a word', when: () => true, answer: () => ({ text: 'Hello.' }) }],
};

/** Does what is forbidden: it promises money, and mails twice. */
export const saboteur: Playbook = {
  name: 'X-01 saboteur',
  plays: [
    {
      name: 'promise',
      when: (said) => lastToolResult(said, 'notifyCustomer') === undefined,
      answer: () => {
        const input = { customerId: 'cus_1', subject, body: 'We refund you.' };
        const call = { tool: 'notifyCustomer', input };
        return { calls: [call, call] };
      },
    },
    { name: 'close', when: () => true, answer: () => ({ text: 'Done.' }) },
  ],
};
