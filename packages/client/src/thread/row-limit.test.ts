import { sessionId } from "@sessionstream/protocol";
import { expect, it } from "vitest";
import { createChatClient } from "../create-chat-client.ts";
import { userMessage } from "../testing/chat-changes.ts";
import { fakeHub } from "../testing/fake-hub.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";

const SESSION = sessionId("s");

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function open(maxEntities?: number) {
  const platform = createManualPlatform();
  const hub = fakeHub({ platform, window: 50 });
  const client = createChatClient({
    backend: hub.backend,
    platform,
    pageSize: 500,
    ...(maxEntities === undefined ? {} : { maxEntities }),
  });
  const { thread } = client.acquire(SESSION);
  await settle();
  const grow = (from: number, to: number) => {
    const rows = Array.from({ length: to - from }, (_, row) => userMessage({ id: `m${from + row}`, text: "hello" }));
    hub.session(SESSION).commit(rows);
    platform.runFrames();
  };
  return { platform, hub, thread, grow };
}

it("F-C16 a session that grows to 50,000 rows is held in part: never more than 5,000, the newest", async () => {
  const { thread, grow, platform } = await open();
  let most = 0;
  for (let row = 0; row < 50_000; row += 250) {
    grow(row, row + 250);
    platform.runFrames();
    most = Math.max(most, thread.timeline.getOrder().length);
  }
  expect(most).toBeLessThanOrEqual(5_000);
  expect(thread.timeline.getOrder().at(-1)).toContain("m49999");
  expect(thread.timeline.getHasEarlier()).toBe(true);
  const before = thread.timeline.getOrder().length;
  await thread.loadEarlier().catch(() => undefined);
  platform.runFrames();
  expect(thread.timeline.getOrder().length - before).toBeLessThanOrEqual(500);
});

it("F-C16 older rows are loaded as long as there is room for what comes, then it says why not", async () => {
  const { thread, grow, platform } = await open(1_000);
  for (let row = 0; row < 3_000; row += 50) grow(row, row + 50);
  platform.runFrames();
  let error: unknown;
  for (let page = 0; page < 10 && error === undefined; page += 1) {
    await thread.loadEarlier().catch((refusal: unknown) => {
      error = refusal;
    });
    platform.runFrames();
  }
  expect(error).toMatchObject({ code: "limit_reached", retryable: false });
  expect(thread.timeline.getOrder().length).toBeLessThanOrEqual(1_000 + 500);
  grow(3_000, 3_050);
  platform.runFrames();
  expect(thread.timeline.getOrder().length).toBeLessThanOrEqual(1_000);
  expect(thread.timeline.getOrder().at(-1)).toContain("m3049");
});
