import type { ErrorRecord, ErrorRecordStorage } from "./error-records.ts";

/** Keeps the newest `capacity` records in memory. */
export function memoryErrorRecords(capacity = 1_000): ErrorRecordStorage {
  let records: ErrorRecord[] = [];
  return {
    async record(record) {
      records.push(record);
      if (records.length > capacity) records.shift();
    },
    async list({ session, limit }) {
      const wanted = records.filter(
        (record) =>
          session === undefined ||
          (record.session?.tenant === session.tenant && record.session.session === session.session),
      );
      return wanted.reverse().slice(0, limit);
    },
    async discard(errorIds) {
      const gone = new Set(errorIds);
      records = records.filter(({ errorId }) => !gone.has(errorId));
    },
  };
}
