import { expect, it } from "vitest";
import { SessionStreamError } from "../error-code.ts";
import { retryRow } from "./retry-row.ts";

function failing(times: number, error: unknown = new Error("ECONNREFUSED 10.0.0.7")) {
  let calls = 0;
  const waits: number[] = [];
  const wait = async (delay: number) => void waits.push(delay);
  const run = (attempts: number) =>
    retryRow(
      async () => {
        calls += 1;
        if (calls <= times) throw error;
        return "stored";
      },
      { attempts, wait, random: () => 0 },
    );
  return { run, waits, calls: () => calls };
}

it("G33 a row that could not be written is tried again, later each time", async () => {
  const table = failing(3);
  await expect(table.run(4)).resolves.toBe("stored");
  expect(table.waits).toEqual([50, 200, 800]);
});

it("G33 waits half a minute at most", async () => {
  const table = failing(12);
  await table.run(Number.POSITIVE_INFINITY);
  expect(Math.max(...table.waits)).toBe(15_000);
});

it("G32 the last failure is a typed error that names nothing of the table's", async () => {
  const table = failing(9);
  await expect(table.run(2)).rejects.toMatchObject({
    code: "storage_unavailable",
    retryable: true,
    message: expect.not.stringContaining("10.0.0.7"),
  });
  expect(table.calls()).toBe(2);
});

it("G33 an error that says it will not pass is not tried again", async () => {
  const table = failing(9, new SessionStreamError("forbidden", "Not yours"));
  await expect(table.run(5)).rejects.toMatchObject({ code: "forbidden" });
  expect(table.calls()).toBe(1);
});
