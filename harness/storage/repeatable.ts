import { unlessCutOff } from './unless-cut-off.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

/**
 * A statement of its own that may be done twice: a reading, or one whose rows have keys. A run makes these between and within
 * its steps, and what one of them throws would end it for good, so a broken connection is none of its business.
 */
export const repeatable = <Result>(statement: () => PromiseLike<Result>): Promise<Result> =>
  unlessCutOff(() => unwrapQueryError(statement()));
