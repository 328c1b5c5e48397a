/** Agents that may look up what the customer has bought and what things cost: by programs, or call by call. */
export const deskReaders: readonly string[] = [
  'triage',
  'billing',
  'supervisor',
  'billing-investigator',
  'sales-investigator',
];
