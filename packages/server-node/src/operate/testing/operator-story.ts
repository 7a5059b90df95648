/** What an operator does to one storage through the command, from a look to an erasure: for every storage it opens. */
import { expect } from "vitest";
import { alice, room } from "../../hub/testing/hub-scene.ts";
import { maintainedScene } from "../../hub/testing/maintained-scene.ts";
import { grown, noted } from "../../hub/testing/notes-module.ts";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { NOTES, runBin, runHere } from "./run-bin.ts";

export const CANARY = "canary-7f3a";

/** Leaves `acme/room-1`, or another one: five events, the second says the canary. */
export async function writeSession(storage: MessageStorageAdapter, session = room.session): Promise<void> {
  const { hub } = maintainedScene(storage);
  const key = { ...room, session };
  const payload = { field: "b", text: CANARY };
  await hub.publish(key, [noted("a", "x", true)]);
  await hub.submit({ principal: alice, session, command: "WriteNote", id: "c1", payload });
  await hub.publish(key, [grown("a", "y"), noted("c"), grown("b", ` and ${CANARY}`)]);
  await hub.drain();
}

export async function operate(storage: string): Promise<void> {
  const run = (...argv: readonly string[]) => runHere(...argv, "--storage", storage, "--modules", NOTES, "--json");
  const json = async (...argv: readonly string[]) => {
    const { code, out, err } = await run(...argv);
    expect({ argv, code, err }).toEqual({ argv, code: 0, err: "" });
    return out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };

  const [seen] = await json("inspect", "acme/room-1");
  expect(seen).toMatchObject({ events: "5", head: { ordinal: "5" }, entities: { Note: { stored: 3 } }, errors: [] });
  const past = await json("replay", "acme/room-1", "--as-of", "2");
  expect(past.map(({ kind, id }) => `${kind}/${id}`)).toEqual(["Note/a", "Tally/all", "Note/b"]);

  const exported = await run("export", "acme/room-1");
  const imported = await runBin(
    ["import", "-", "--as", "acme/copy", "--storage", storage, "--modules", NOTES, "--json"],
    exported.out,
  );
  expect(imported).toMatchObject({ code: 0, err: "" });
  const again = await runBin(["import", "-", "--as", "acme/copy", "--storage", storage, "--json"], exported.out);
  expect([again.code, JSON.parse(again.err).code]).toEqual([4, "conflict"]);

  await json("rebuild", "acme/copy");
  expect(await json("retain", "acme/copy", "--keep-events", "2")).toMatchObject([{ floor: "3", removed: "3" }]);
  expect(await json("erase", "acme/room-1", "2", "5", "--yes")).toMatchObject([{ erased: ["2", "5"] }]);
  expect((await run("replay", "acme/room-1")).out).not.toContain(CANARY);
  const verified = await json("verify");
  expect(verified.map(({ session, problems, compared }) => [session.session, problems, compared])).toEqual([
    ["copy", [], true],
    ["room-1", [], true],
  ]);
}
