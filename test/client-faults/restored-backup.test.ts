import type { ChatThread, SessionReset } from "@sessionstream/client";
import type { MemoryStorageContents } from "@sessionstream/server-node";
import { describe, expect, it } from "vitest";
import { copyContents } from "../simulation/run/backup.ts";
import { isSettled, ownMessages, Scene, say } from "./scene.ts";

function watched(thread: ChatThread): readonly SessionReset[] {
  const resets: SessionReset[] = [];
  thread.subscribeResets((reset) => resets.push(reset));
  return resets;
}

/** Two clients have said two things; a backup knows the first one only. */
async function restoredScene(scene: Scene, meanwhile: readonly string[]) {
  const [mine, other] = [scene.open(), scene.open()];
  await scene.until("both are live", () => isSettled(mine) && isSettled(other));
  await say(scene, mine, "before the backup");
  const backup: MemoryStorageContents = copyContents(scene.contents);
  await say(scene, mine, "after the backup");
  const [told, toldOther] = [watched(mine), watched(other)];
  await scene.until("the other shows it", () => ownMessages(other).includes("after the backup"));

  const epoch = mine.timeline.getCursor().epoch;
  if (meanwhile.length > 0) {
    await scene.restart(backup);
    await say(scene, scene.open(), ...meanwhile);
  } else await scene.restart(backup);
  await scene.until("both were told", () => told.length > 0 && toldOther.length > 0);
  expect(mine.timeline.getCursor().epoch).toBe(epoch);
  return { mine, other, told, toldOther };
}

describe("a server that was restored from a backup, its log still the same", () => {
  it("F-D10 F-C11 replaces what was shown, says why, and lists what it had accepted and lost, to be sent again", async () => {
    await using scene = new Scene();
    const { mine, other, told, toldOther } = await restoredScene(scene, []);
    const lost = mine.getStatus().pending.map(({ commandId }) => commandId);
    expect(told).toEqual([{ reason: "behind", lost }]);
    expect(toldOther).toEqual([{ reason: "behind", lost: [] }]);
    expect(ownMessages(mine)).toEqual(["before the backup", "(after the backup: failed)"]);
    expect(ownMessages(other)).toEqual(["before the backup"]);

    const again = mine.retry(lost[0] ?? "");
    await scene.until("it is there again", () => isSettled(mine));
    await again;
    expect(ownMessages(mine)).toEqual(["before the backup", "after the backup"]);
  });

  it("F-D10 notices it also when the log has grown past what was shown", async () => {
    await using scene = new Scene();
    const meanwhile = ["one", "two", "three"];
    const { mine, told } = await restoredScene(scene, meanwhile);
    const lost = mine.getStatus().pending.map(({ commandId }) => commandId);
    expect(told.every(({ reason }) => reason === "content" || reason === "behind")).toBe(true);
    expect(told.flatMap((reset) => reset.lost)).toEqual(lost);
    await scene.until("all is shown", () => ownMessages(mine).length === 5);
    expect(ownMessages(mine)).toEqual(["before the backup", ...meanwhile, "(after the backup: failed)"]);
  });
});
