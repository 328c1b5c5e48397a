import { defineSuite, type Scorer } from '#evals';
import { scenario } from './outage-card.ts';

const wordLimit = 40;

/** A judge of your own: a mail of up to 40 words is worth all, a longer one as much less as it is longer. */
const brevity: Scorer = {
  name: 'brevity',
  scale: 'share',
  read: ({ observation }) => {
    const [mail] = observation.world.mails;
    if (mail === undefined) return { value: 0, reason: 'there is no mail' };
    const words = mail.body.split(/\s+/).length;
    return { value: Math.min(1, wordLimit / words), reason: `the mail has ${words} words` };
  },
};

export const suite = defineSuite({ name: 'outages', scenarios: [scenario], scorers: [brevity] });
