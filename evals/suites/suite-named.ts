import { HarnessError } from '#harness';

/** Scenarios that are scored together and gated by one baseline. */
export interface Suite {
  readonly name: string;
  /** As in the catalogue. */
  readonly scenarios: readonly string[];
}

/** What is scored when no suite is named. */
export const defaultSuite = 'desk';

const suites: readonly Suite[] = [
  { name: defaultSuite, scenarios: ['R-01', 'R-01b', 'T-01'] },
  {
    name: 'triage',
    scenarios: [
      'T-01',
      'T-02',
      'T-03',
      'T-04',
      'T-05',
      'T-06',
      'T-07',
      'T-08',
      'T-09',
      'T-10',
      'T-11',
      'T-12',
    ],
  },
  { name: 'approvals', scenarios: ['R-07', 'H-01', 'H-02'] },
  {
    name: 'supervision',
    scenarios: [
      'S-01',
      'S-02',
      'S-03',
      'S-04',
      'S-05',
      'S-06',
      'S-07',
      'S-08',
      'S-08b',
      'S-10',
      'S-11',
      'S-12',
    ],
  },
  {
    name: 'memory',
    scenarios: ['M-01', 'M-02', 'M-03', 'M-04', 'M-05', 'M-06', 'M-07', 'M-08', 'M-09'],
  },
  { name: 'delivery', scenarios: ['D-08', 'D-08b', 'D-08c'] },
];

/** Throws SuiteUnknownError. */
export function suiteNamed(name: string): Suite {
  const suite = suites.find((each) => each.name === name);
  if (suite === undefined) throw new SuiteUnknownError(name);
  return suite;
}

export class SuiteUnknownError extends HarnessError {
  constructor(name: string) {
    super({
      code: 'SUITE_UNKNOWN',
      message: `There is no suite ${name}.`,
      hint: `There are ${suites.map((each) => each.name).join(', ')}.`,
    });
  }
}
