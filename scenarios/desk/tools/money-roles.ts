/**
 * For whom the desk moves money, claims or quotes: customers, of what is theirs, and those who bill. Whoever else speaks, such as a
 * service, gets no further than being told things.
 */
export const moneyRoles = ['customer', 'billing_agent', 'billing_lead'] as const;
