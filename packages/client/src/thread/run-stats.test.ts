import type { JsonObject } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { createLocalLog, type LocalChange } from "../backend/local/local-log.ts";
import { fullOf } from "../backend/local/local-window.ts";
import { assistantMessage, run } from "../testing/chat-changes.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { createTimelineStore } from "../timeline/store.ts";
import { threadStats } from "./run-stats.ts";

function statsOf(...changes: readonly LocalChange[]) {
  const log = createLocalLog({ epoch: "e", now: () => 0 });
  log.commit(changes);
  const store = createTimelineStore(createManualPlatform());
  store.apply(fullOf(log, 0));
  return threadStats(store);
}

/** As another server may send it: not every count, not always as a number. */
function withUsage(change: LocalChange, usage: JsonObject): LocalChange {
  return change.type === "put" ? { ...change, payload: { ...change.payload, usage } } : change;
}

describe("run statistics", () => {
  it("K26 estimates tokens from the text until the provider says how many", () => {
    const text = assistantMessage({ id: "root:text:1", text: "123456789", streaming: true });
    const other = assistantMessage({ id: "root2:text:1", text: "not of this run" });
    const running = run("r", "running", { messageId: "root" });
    expect(statsOf(text, other, running).latest).toMatchObject({ estimatedOutputTokens: 3, usage: null, active: true });
    expect(statsOf(text, withUsage(running, { outputTokens: 5 })).latest).toMatchObject({
      estimatedOutputTokens: 0,
      usage: { inputTokens: 0, outputTokens: 5 },
    });
  });

  it("K26 adds up ended runs whose usage is known, and no others", () => {
    const stats = statsOf(
      withUsage(run("a", "finished"), { inputTokens: 10, outputTokens: "4", cachedTokens: "many" }),
      run("b", "failed"),
      withUsage(run("c", "stopped"), { inputTokens: 1 }),
      withUsage(run("d", "running"), { inputTokens: 100 }),
    );
    expect(stats).toMatchObject({ completedRuns: 2, totals: { inputTokens: 11, outputTokens: 4, cachedTokens: 0 } });
  });

  it("K26 tells duration, model and stop reason of the latest run", () => {
    const ended = { startedAt: 1_000, endedAt: 3_500, model: "m", stopReason: "end_turn" };
    expect(statsOf(run("a", "finished", ended)).latest).toMatchObject({
      durationMs: 2_500,
      model: "m",
      stopReason: "end_turn",
    });
    expect(statsOf(run("a", "running", { startedAt: 1_000 })).latest?.durationMs).toBeNull();
    expect(statsOf().latest).toBeNull();
  });
});
