import type { ConnectionStatus, HydrationStatus, ThreadStatus } from "@sessionstream/client";
import { SessionStreamError } from "@sessionstream/protocol";
import { expect, it } from "vitest";
import { faceOf, type ThreadFace } from "./thread-content.tsx";

const error = new SessionStreamError("storage_unavailable", "Away.");
const status = (hydration: HydrationStatus, connection: ConnectionStatus = { type: "open" }): ThreadStatus => ({
  connection,
  hydration,
  run: { type: "none" },
  pending: [],
});

it.each<[HydrationStatus["type"], ThreadFace["type"], ThreadFace["type"]]>([
  ["idle", "loading", "rows"],
  ["loading", "loading", "rows"],
  ["ready", "empty", "rows"],
  ["stale", "empty", "rows"],
  ["failed", "failed", "rows"],
])("AT-9 content that is %s shows as %s without rows, as %s with some", (type, without, withRows) => {
  const facts = status(type === "failed" ? { type, error } : { type });
  expect(faceOf(facts, false).type).toBe(without);
  expect(faceOf(facts, true).type).toBe(withRows);
});

it("AT-9 a connection that failed before anything was loaded is no endless loading", () => {
  expect(faceOf(status({ type: "loading" }, { type: "failed", error }), false)).toEqual({ type: "failed", error });
});
