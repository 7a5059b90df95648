import { create } from "@bufbuild/protobuf";
import { CorrelationInfoSchema } from "@sessionstream/protocol/chat/v1";
import { expect, it } from "vitest";
import type { EffectContext, PublishResult } from "../../effect/effect.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { textPlugin } from "../plugins/text.ts";
import { createRunOutput } from "./run-output.ts";

function harness(result: PublishResult) {
  const platform = manualPlatform();
  const published: string[] = [];
  const lost: unknown[] = [];
  const unused = () => {
    throw new Error("not part of the output");
  };
  const context: EffectContext = {
    session: { tenant: "t", session: "s" },
    signal: new AbortController().signal,
    publish: async (events) => {
      published.push(...events.map(({ type }) => type.name));
      return result;
    },
    view: unused,
    ephemeral: unused,
    now: platform.now,
    setTimer: platform.setTimer,
    mintId: platform.randomId,
    report: unused,
  };
  const session = { session: context.session, epoch: "e", ordinal: 0n };
  const correlation = create(CorrelationInfoSchema);
  const run = {
    runId: "r",
    messageId: "m",
    correlation,
    correlate: () => correlation,
    view: () => ({ ...session, get: () => undefined, list: () => [], listOpen: () => [] }),
    now: unused,
    ephemeral: unused,
  };
  const onLost = (error: unknown) => void lost.push(error);
  const output = createRunOutput({ context, run, plugins: [textPlugin()], windowMs: 25, onLost });
  return { output, published, lost, platform };
}

const delta = (text: string) => ({ type: "text-delta", id: "1", text }) as const;

it("C23 sends at the drain what waits, and hears nothing after it", async () => {
  const { output, published, platform } = harness({ status: "committed", epoch: "e", ordinal: 1n });
  await output.push(delta("a"));
  await output.push(delta("b"));
  await output.drain();
  const drained = [...published];
  expect(drained.filter((name) => name === "ChatTextPatch")).toHaveLength(2);
  await output.push(delta("late"));
  await output.push({ type: "warning", message: "late" });
  await platform.advance(100);
  expect(published).toEqual(drained);
  expect(platform.pendingTimers).toBe(0);
});

it("C09 says once that the run is somebody else's, and publishes nothing after", async () => {
  const { output, published, lost } = harness({ status: "stale" });
  await output.push(delta("a"));
  const before = published.length;
  await output.push({ type: "text-end", id: "1" });
  await output.drain();
  expect(lost).toEqual([null]);
  expect(published).toHaveLength(before);
});
