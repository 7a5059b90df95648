import { describe, expect, it } from "vitest";
import type { EntityPatchJson } from "../gen/sessionstream/v1/transport_pb.ts";
import { applyEntityPatch } from "./apply.ts";

const payload = { "@type": "type.googleapis.com/x.Y", text: "ab😀", count: 1, gone: "x" };

describe("applyEntityPatch", () => {
  it("sets, clears and appends in one step, into a copy", () => {
    const patch = {
      set: { count: 0, added: null },
      clear: ["gone"],
      append: [{ field: "text", offset: 4, text: "!" }],
    };
    const result = applyEntityPatch(payload, patch);
    expect(result).toEqual({
      ok: true,
      payload: { "@type": "type.googleapis.com/x.Y", text: "ab😀!", count: 0, added: null },
    });
    expect(payload.text).toBe("ab😀");
  });

  it("appends pieces of one text in order, each at the length it meets", () => {
    const append = [
      { field: "text", offset: 4, text: "c" },
      { field: "text", offset: 5, text: "d" },
    ];
    expect(applyEntityPatch(payload, { append })).toMatchObject({ ok: true, payload: { text: "ab😀cd" } });
  });

  it("reads an omitted offset and text as zero values", () => {
    expect(applyEntityPatch({ text: "" }, { append: [{ field: "text", text: "a" }] })).toEqual({
      ok: true,
      payload: { text: "a" },
    });
    expect(applyEntityPatch({ text: "" }, { append: [{ field: "text" }] })).toEqual({
      ok: true,
      payload: { text: "" },
    });
  });

  it.each([0, 3, 5, -1, 4.5])("refuses offset %d for a text of four UTF-16 units", (offset) => {
    expect(applyEntityPatch(payload, { append: [{ field: "text", offset, text: "!" }] })).toEqual({
      ok: false,
      reason: "offset",
    });
  });

  it.each(["count", "missing", "toString"])("refuses to append to %s, which is no text of the payload", (field) => {
    expect(applyEntityPatch(payload, { append: [{ field, text: "!" }] })).toEqual({ ok: false, reason: "not-text" });
  });

  const keys = ["__proto__", "constructor", "prototype", "@type"];
  const hostile = keys.flatMap((key) => [
    [`set ${key}`, `{"set":{"${key}":{"polluted":true}}}`],
    [`clear ${key}`, `{"clear":["${key}"]}`],
    [`append to ${key}`, `{"append":[{"field":"${key}","text":"polluted"}]}`],
  ]);
  it.each(hostile)("refuses to %s and leaves Object.prototype as it was", (_, text) => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    // CAST: a hostile server's word for an EntityPatch.
    const result = applyEntityPatch(payload, JSON.parse(text ?? "") as EntityPatchJson);
    expect(result).toEqual({ ok: false, reason: "malformed" });
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect({}).not.toHaveProperty("polluted");
  });

  const malformed = [
    '{"set":[]}',
    '{"set":"text"}',
    '{"set":null,"clear":null}',
    '{"clear":"text"}',
    '{"clear":[1]}',
    '{"append":{}}',
    '{"append":[null]}',
    '{"append":["text"]}',
    '{"append":[{"offset":4,"text":"!"}]}',
    '{"append":[{"field":"text","offset":"4","text":"!"}]}',
    '{"append":[{"field":"text","offset":4,"text":1}]}',
  ];
  it.each(malformed)("refuses what is no patch: %s", (text) => {
    // CAST: a broken server's word for an EntityPatch.
    const result = applyEntityPatch(payload, JSON.parse(text) as EntityPatchJson);
    expect(result).toEqual({ ok: false, reason: "malformed" });
  });

  it("applies nothing when a later part of the patch is refused", () => {
    const held = { ...payload };
    applyEntityPatch(held, { set: { count: 9 }, append: [{ field: "text", offset: 1, text: "!" }] });
    expect(held).toEqual(payload);
  });
});
