/**
 * Owns the moments at which a server can be told to die: the hub's failpoints, and inside its SQL transactions. Those
 * are reached through the database handle a storage takes, so that the product carries nothing for them.
 */
import { FAILPOINTS, type FailpointName } from "@sessionstream/server-node";
import type { SafeIntegersHandle } from "@sessionstream/server-node/sqlite";

/** Of a transaction that writes, in their order. */
const SQL_MOMENTS = [
  "sql-before-begin",
  "sql-after-begin",
  "sql-after-head",
  "sql-after-event",
  "sql-after-command",
  "sql-after-entity",
  "sql-before-commit",
  "sql-after-commit",
] as const;

type SqlMoment = (typeof SQL_MOMENTS)[number];
export type Moment = FailpointName | SqlMoment;

export const MOMENTS: readonly Moment[] = [...FAILPOINTS, ...SQL_MOMENTS];

const AFTER_WRITE: readonly { readonly sql: RegExp; readonly moment: SqlMoment }[] = [
  { sql: /^(INSERT INTO|UPDATE) sessionstream_session/, moment: "sql-after-head" },
  { sql: /^INSERT INTO sessionstream_event/, moment: "sql-after-event" },
  { sql: /^INSERT INTO sessionstream_command/, moment: "sql-after-command" },
  { sql: /^INSERT INTO sessionstream_entity/, moment: "sql-after-entity" },
];

/** The same database, which calls `pass` at each moment of its transactions. */
export function withMoments(database: SafeIntegersHandle, pass: (moment: SqlMoment) => void): SafeIntegersHandle {
  let writing = false;
  const passing = <Result>(sql: string, result: Result): Result => {
    const written = AFTER_WRITE.find((entry) => entry.sql.test(sql.trim()));
    if (written !== undefined) pass(written.moment);
    return result;
  };
  return {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql);
      const run = (...values: unknown[]): unknown => statement.run(...values);
      return {
        // A row that is written may say its key.
        get: (...values) => passing(sql, statement.get(...values)),
        all: (...values) => statement.all(...values),
        safeIntegers: (on) => statement.safeIntegers(on),
        run(...values) {
          if (sql === "BEGIN IMMEDIATE") {
            pass("sql-before-begin");
            writing = true;
            const result = run(...values);
            pass("sql-after-begin");
            return result;
          }
          // Reads end with the same statement.
          if (sql === "COMMIT" && writing) {
            pass("sql-before-commit");
            writing = false;
            const result = run(...values);
            pass("sql-after-commit");
            return result;
          }
          return passing(sql, run(...values));
        },
      };
    },
  };
}
