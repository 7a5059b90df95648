import type { ConnectionStatus } from "@sessionstream/client";
import { SessionStreamError } from "@sessionstream/protocol";
import { expect, it } from "vitest";
import { bannerFor } from "../hooks/use-connection-banner.ts";
import { ENGLISH, type Labels } from "../labels/labels.ts";
import { connectionLabel } from "./status-glyph.tsx";

const NOW = 1_000_000;
const error = new SessionStreamError("forbidden", "No.");
const waiting = (attempt: number, inMs: number, reason: "lost" | "offline" | "refused" = "lost"): ConnectionStatus => ({
  type: "waiting",
  attempt,
  retryAt: NOW + inMs,
  reason,
});

it.each<[string, ConnectionStatus, ReturnType<typeof bannerFor>]>([
  ["the first connect is quiet", { type: "connecting", attempt: 0 }, { type: "hidden" }],
  ["a cut that may heal at once is quiet", waiting(1, 200), { type: "hidden" }],
  ["a longer cut counts down", waiting(2, 2_400), { type: "reconnecting", seconds: 3 }],
  ["a try under way has no countdown", { type: "connecting", attempt: 2 }, { type: "reconnecting", seconds: null }],
  ["a countdown never reads zero", waiting(3, -50), { type: "reconnecting", seconds: 1 }],
  ["being offline is told at once", waiting(1, 0, "offline"), { type: "offline" }],
  ["a failure is told with its reason", { type: "failed", error }, { type: "failed", error }],
  ["an open connection is quiet", { type: "open" }, { type: "hidden" }],
])("V18 %s", (_name, connection, banner) => {
  expect(bannerFor(connection, NOW)).toEqual(banner);
});

it.each<[ConnectionStatus, keyof Labels["connection"]]>([
  [{ type: "idle" }, "idle"],
  [{ type: "connecting", attempt: 1 }, "connecting"],
  [{ type: "open" }, "open"],
  [waiting(1, 0), "reconnecting"],
  [waiting(1, 0, "refused"), "reconnecting"],
  [waiting(1, 0, "offline"), "offline"],
  [{ type: "closed" }, "closed"],
  [{ type: "failed", error }, "failed"],
])("V18 %j has the name %s", (connection, label) => {
  expect(connectionLabel(connection)).toBe(label);
  expect(ENGLISH.connection[label]).not.toBe("");
});
