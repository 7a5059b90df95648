import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alice, room, tableOf } from "../hub/testing/hub-scene.ts";
import { follow, maintainedScene } from "../hub/testing/maintained-scene.ts";
import { erased, grown, noted, POISON, remarked, settled } from "../hub/testing/notes-module.ts";
import { scriptedStorage } from "../hub/testing/scripted-storage.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { exportSession } from "./export-session.ts";
import { importSession } from "./import-session.ts";

const copy = { tenant: "acme", session: "copy" };

function minting(prefix: string) {
  let minted = 0;
  return () => `${prefix}-${++minted}`;
}

async function linesOf(storage: Parameters<typeof exportSession>[0], session = room): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportSession(storage, session)) lines.push(line);
  return lines;
}

async function written() {
  const storage = memoryStorage();
  const { hub } = maintainedScene(storage);
  await hub.submit({
    principal: alice,
    session: room.session,
    command: "WriteNote",
    id: "c1",
    payload: { field: "a" },
  });
  await hub.publish(room, [noted("b", "y\u2028😀", true), grown("b", "z"), noted("p", POISON)]);
  await hub.publish(room, [erased("a"), settled("b"), noted("a", "again"), remarked()]);
  return { storage, hub };
}

describe("export and import", () => {
  it("C50 F-E5 a session comes back as it was, under another name and another epoch", async () => {
    const { storage, hub } = await written();
    const target = memoryStorage();
    const imported = await importSession(target, await linesOf(storage), { session: copy, randomId: minting("new") });
    const before = await tableOf(hub);
    const other = maintainedScene(target);
    const after = await tableOf(other.hub, copy.session);
    expect(after.entities).toEqual(before.entities);
    expect([after.ordinal, after.tag]).toEqual([before.ordinal, before.tag]);
    expect(imported).toEqual({ session: copy, epoch: after.epoch, ordinal: before.ordinal });
    expect(after.epoch).not.toBe(before.epoch);
    expect(await other.hub.publish(copy, [grown("b", "!")])).toMatchObject({ ordinal: 9n });
  });

  it("F-E5 cursors of the log it was made of fit it no more", async () => {
    const { storage, hub } = await written();
    const { epoch = "", view = "", ordinal = 0n, tag = "" } = await tableOf(hub);
    await importSession(storage, await linesOf(storage), { session: copy, randomId: minting("new") });
    const cursor = { epoch, view, ordinal, tag };
    expect((await follow(hub, { cursor })).modes()).toEqual([expect.stringContaining("DELTA")]);
    expect((await follow(hub, { cursor, session: copy })).modes()).toEqual([expect.stringContaining("FULL")]);
  });

  it("C50 H57 a shortened log travels with its base", async () => {
    const { storage, hub } = await written();
    await hub.retain(room, { keepEvents: 3 });
    const target = memoryStorage();
    await importSession(target, await linesOf(storage), { session: copy, randomId: minting("new") });
    const other = maintainedScene(target);
    expect((await tableOf(other.hub, copy.session)).entities).toEqual((await tableOf(hub)).entities);
    expect(other.errors.filter(({ subject }) => subject === "rebuild")).toEqual([]);
    expect((await target.load(copy))?.head.floor).toBe(5n);
    const plain = importSession(scriptedStorage(), await linesOf(storage), { randomId: minting("x") });
    await expect(plain).rejects.toMatchObject({ code: "invalid_options" });
  });

  it("C50 export, import, export: whatever the history, the events are the same texts", async () => {
    const step = fc.tuple(
      fc.constantFrom("note", "grow", "erase", "remark"),
      fc.nat(3),
      fc.string({ unit: "grapheme" }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(5), async (steps, keepEvents) => {
        const storage = memoryStorage();
        const { hub } = maintainedScene(storage);
        for (const [name, which, text] of steps) {
          const said = text.replaceAll("\0", "");
          const make = { note: noted, grow: grown, erase: erased, remark: () => remarked(said) };
          await hub.publish(room, [make[name](`n${which}`, said)]);
        }
        if (keepEvents > 0) await hub.retain(room, { keepEvents });
        const lines = await linesOf(storage);
        const target = memoryStorage();
        await importSession(target, lines, { randomId: minting("new") });
        const again = await linesOf(target);
        expect(again.filter(isLog)).toEqual(lines.filter(isLog));
        expect((await tableOf(maintainedScene(target).hub)).entities).toEqual((await tableOf(hub)).entities);
      }),
      { numRuns: 40 },
    );
  });

  it("C51 what cannot be exported or imported is refused by its reason, and leaves nothing", async () => {
    const { storage, hub } = await written();
    const lines = await linesOf(storage);
    await expect(linesOf(storage, copy)).rejects.toMatchObject({ code: "session_not_found" });
    const again = importSession(storage, lines, { randomId: minting("new") });
    await expect(again).rejects.toMatchObject({ code: "conflict", retryable: false });
    expect((await tableOf(hub)).ordinal).toBe(8n);
    const [header = "", first = "", second = "", ...rest] = lines;
    const broken: Record<string, readonly string[]> = {
      nothing: [],
      "no header": [first, second, ...rest],
      "two headers": [header, header, ...rest],
      "a hole": [header, first, ...rest],
      "cut short": lines.slice(0, -1),
      "no JSON": [header, "{", second, ...rest],
      "no object": [header, "[]", second, ...rest],
      "another format": [header.replace("sessionstream-log", "other"), first, second, ...rest],
      "another type": [header, first.replace('"event"', '"evil"'), second, ...rest],
      "an ordinal that is none": [header, first.replace('"ordinal":"1"', '"ordinal":1'), second, ...rest],
      "an inherited field": [header, first.replace('"name"', '"__proto__"'), second, ...rest],
      "a surrogate": [header, first.replace('"id":"', '"id":"\\ud800'), second, ...rest],
      "something behind the end": [...lines, first],
    };
    for (const [what, content] of Object.entries(broken)) {
      const target = memoryStorage();
      const importing = importSession(target, content, { randomId: minting("x") });
      await expect(importing, what).rejects.toMatchObject({ code: "bad_request" });
      expect(await target.load(room), what).toBeNull();
    }
  });
});

function isLog(line: string): boolean {
  return line.startsWith('{"type":"event"') || line.startsWith('{"type":"base"');
}
