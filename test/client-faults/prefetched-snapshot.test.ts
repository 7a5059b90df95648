import { type ChatThread, readSessionSnapshot } from "@sessionstream/client";
import { describe, expect, it } from "vitest";
import { isSettled, ownMessages, Scene, SESSION, say } from "./scene.ts";

const shown = ({ timeline }: ChatThread) => timeline.getOrder().map((key) => timeline.getEntity(key));

describe("a page that was rendered with a snapshot", () => {
  it("F-P10 L4: shows it at once, fetches what happened since as a delta, and is the same as one that loaded all", async () => {
    await using scene = new Scene();
    const writer = scene.open();
    await scene.until("it is live", () => isSettled(writer));
    await say(scene, writer, "before");
    const snapshot = readSessionSnapshot(await scene.fetchSnapshot());
    for (let more = 0; more < 5; more += 1) await say(scene, writer, `since ${more}`);

    const page = scene.open(snapshot);
    expect(ownMessages(page)).toEqual(["before"]);
    expect(page.getStatus().hydration.type).toBe("stale");
    const resets: unknown[] = [];
    page.subscribeResets((reset) => resets.push(reset));
    await scene.until("it is live", () => isSettled(page));
    expect(shown(page)).toEqual(shown(writer));
    expect(page.timeline.getCursor()).toEqual(writer.timeline.getCursor());
    expect(scene.snapshotModes.at(-1)).toBe("SNAPSHOT_MODE_DELTA");
    expect(resets).toEqual([]);
    await say(scene, page, "and on");
    await scene.until("the writer shows it", () => ownMessages(writer).includes("and on"));
  });

  it("F-P10 asks for everything when the answer said that it left something out", async () => {
    await using scene = new Scene();
    const writer = scene.open();
    await scene.until("it is live", () => isSettled(writer));
    await say(scene, writer, "before");
    const snapshot = readSessionSnapshot({ ...(await scene.fetchSnapshot()), complete: false });
    const page = scene.open(snapshot);
    expect(ownMessages(page)).toEqual(["before"]);
    const resets: unknown[] = [];
    page.subscribeResets((reset) => resets.push(reset));
    await scene.until("it is live", () => isSettled(page));
    expect(scene.snapshotModes.at(-1)).toBe("SNAPSHOT_MODE_FULL");
    expect(shown(page)).toEqual(shown(writer));
    expect(resets).toEqual([]);
  });

  it("F-P10 is refused what is no snapshot, and one of another session", async () => {
    await using scene = new Scene();
    for (const json of [null, "text", [], { error: "no", code: "forbidden" }, { sessionId: SESSION, entities: 3 }]) {
      expect(() => readSessionSnapshot(json)).toThrow(expect.objectContaining({ code: "bad_server_frame" }));
    }
    const other = readSessionSnapshot({ sessionId: "room-2", epoch: "e", snapshotOrdinal: "1", entities: [] });
    expect(() => scene.open(other)).toThrow(expect.objectContaining({ code: "invalid_options" }));
  });
});
