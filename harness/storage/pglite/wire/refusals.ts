import type { Batch } from './batch-reader.ts';
import { clientMessage, headerLength, message, query, textAt, zeroTerminated } from './messages.ts';

/** COPY ... FROM STDIN would wait for bytes that one-batch-at-a-time cannot deliver, and ends the embedded backend. */
const copyFromClient = /(?:^|;)\s*copy\b[\s\S]*\bfrom\s+stdin\b/i;
const comments = /--[^\n]*|\/\*[\s\S]*?\*\//g;

/** Raises in the backend, so that a transaction around it fails as it would after any other error. */
const raise = `do $$ begin raise exception using
  errcode = 'feature_not_supported',
  message = 'COPY FROM STDIN is not available on the embedded database',
  hint = 'Use INSERT, or a PostgreSQL server.'; end $$`;

/** The batch, with statements that would end the embedded backend replaced by ones that only fail. */
export function withoutFatalStatements(batch: Batch): Batch {
  return batch.map((each) => {
    if (each[0] === clientMessage.query && copiesFromClient(textAt(each, headerLength))) {
      return query(raise);
    }
    if (each[0] !== clientMessage.parse) return each;
    const textStart = each.indexOf(0, headerLength) + 1;
    if (!copiesFromClient(textAt(each, textStart))) return each;
    const name = each.subarray(headerLength, textStart);
    return message(clientMessage.parse, name, zeroTerminated(raise), Buffer.alloc(2));
  });
}

function copiesFromClient(sql: string): boolean {
  return copyFromClient.test(sql) || copyFromClient.test(sql.replace(comments, ' '));
}
