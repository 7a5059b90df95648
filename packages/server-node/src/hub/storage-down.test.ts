import { SessionStreamError } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { hubScene, notesOf, room } from "./testing/hub-scene.ts";
import { noted, remarked } from "./testing/notes-module.ts";
import { scriptedStorage } from "./testing/scripted-storage.ts";

/** A storage that reads but does not write, as one whose disk is full, until it is told to. */
function readOnlyScene() {
  const storage = scriptedStorage();
  const scene = hubScene({ storage });
  const down = () => {
    storage.beforeCommit = async () => {
      throw new Error("disk full");
    };
  };
  const up = () => {
    storage.beforeCommit = null;
  };
  return { ...scene, down, up };
}

describe("a storage that cannot write", () => {
  it("F-D9 keeps nobody waiting for the attempts of others, and takes nothing into memory", async () => {
    const { hub, write, submit, platform, fanOut, down, up } = readOnlyScene();
    await hub.publish(room, [noted("a")]);
    down();
    const refusals: SessionStreamError[] = [];
    for (let number = 0; number < 40; number++) {
      write(`c-${number}`, `n-${number}`).catch((error: unknown) => refusals.push(SessionStreamError.from(error)));
    }
    await platform.advance(3_000);
    expect(refusals).toHaveLength(40);
    expect(refusals.every(({ retryable }) => retryable)).toBe(true);
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(["outcome_unknown", "storage_unavailable"]));
    expect(await notesOf(hub)).toEqual(["a:"]);
    expect(fanOut).toHaveLength(1);
    up();
    expect(await write("c-7", "n-7")).toMatchObject({ repeated: false });
    expect(await submit("Knock", "c-99")).toMatchObject({ repeated: false });
    expect(await hub.publish(room, [remarked()])).toMatchObject({ status: "committed" });
    expect(await notesOf(hub)).toEqual(["a:", "n-7:"]);
  });

  it("F-D9 that fails once refuses nobody", async () => {
    const { hub, write, storage, platform } = readOnlyScene();
    storage.faults.push("failed");
    const written = [write("c-1", "a"), write("c-2", "b"), write("c-3", "c")];
    await platform.advance(1_000);
    expect(await Promise.all(written)).toHaveLength(3);
    expect(await notesOf(hub)).toEqual(["a:", "b:", "c:"]);
  });
});
