import type { RecordWriter } from '../../session/session-store.ts';

/** Records until the call's time is up: what it wrote is undone then, and what it still tries to write must not follow. */
export function fencedRecords(records: RecordWriter, signal: AbortSignal): RecordWriter {
  return {
    get: async (collection, key) => {
      signal.throwIfAborted();
      return records.get(collection, key);
    },
    put: async (record) => {
      signal.throwIfAborted();
      await records.put(record);
    },
  };
}
