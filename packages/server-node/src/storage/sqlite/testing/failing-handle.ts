/** Owns a database handle that fails on demand and counts what is executed through it. */
import type { FaultInjector } from "../../../testing/storage-conformance/harness.ts";
import { nthFailure } from "../../testing/nth-failure.ts";
import type { SafeIntegersHandle, SqliteValue } from "../driver.ts";

export interface FailingHandle extends FaultInjector {
  readonly handle: SafeIntegersHandle;
  /** Every statement with this value among its parameters fails. */
  poison(value: SqliteValue): void;
  /** How often this SQL was executed. */
  executions(sql: string): number;
}

/** `poisoned`: what else happens when a poisoned statement fails. */
export function failingHandle(inner: SafeIntegersHandle, poisoned: () => void = () => {}): FailingHandle {
  const counts = new Map<string, number>();
  const poisons = new Set<unknown>();
  const { pass: strike, ...faults } = nthFailure();

  const pass = (sql: string, values: readonly unknown[] = []): void => {
    counts.set(sql, (counts.get(sql) ?? 0) + 1);
    if (values.flat().some((value) => poisons.has(value))) {
      poisoned();
      throw new Error("poisoned value");
    }
    strike();
  };

  const prepare: SafeIntegersHandle["prepare"] = (sql) => {
    const statement = inner.prepare(sql);
    return {
      run: (...values) => {
        pass(sql, values);
        return statement.run(...values);
      },
      get: (...values) => {
        pass(sql, values);
        return statement.get(...values);
      },
      all: (...values) => {
        pass(sql, values);
        return statement.all(...values);
      },
      safeIntegers: (on) => statement.safeIntegers(on),
    };
  };

  return {
    handle: {
      exec: (sql) => {
        pass(sql);
        return inner.exec(sql);
      },
      prepare,
      close: () => inner.close(),
    },
    ...faults,
    clear: () => {
      faults.clear();
      poisons.clear();
    },
    poison: (value) => poisons.add(value),
    executions: (sql) => counts.get(sql) ?? 0,
  };
}
