import { AnySchema, EmptySchema, ListValueSchema, StructSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import { PongFrameSchema, TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import { accept, defineCommand } from "../command/define-command.ts";
import { defineEvent } from "../event/define-event.ts";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { defineProjection, on } from "../projection/define-projection.ts";
import type { HubModule } from "./hub-module.ts";
import { createHubRegistry } from "./hub-registry.ts";

const command = (name: string) => defineCommand({ name, schema: TextAppendSchema, decide: () => accept([]) });
const event = (name: string) => defineEvent(name, TextAppendSchema);
const kind = (name: string) => defineEntityKind(name, TextAppendSchema);

function module(parts: Partial<HubModule>): HubModule {
  return { name: "test", commands: [], events: [], kinds: [], projections: [], due: () => [], ...parts };
}

const projection = (parts: Partial<Parameters<typeof defineProjection>[0]>) =>
  defineProjection({ name: "p", version: 1, writes: [], on: [], ...parts });

describe("createHubRegistry", () => {
  const thing = kind("Thing");
  const happened = event("Happened");
  // CAST: what a caller without types might hand in.
  const nothing = undefined as unknown as never;
  const refused: readonly [string, RegExp, Partial<HubModule>][] = [
    ["H01 a command without a name", /command has no name/, { commands: [command("")] }],
    ["H01 a command without decide", /no decide/, { commands: [{ ...command("C"), decide: nothing }] }],
    ["H01 a command without a schema", /no schema/, { commands: [{ ...command("C"), schema: nothing }] }],
    ["H01 H06 a command twice", /"C" is registered twice/, { commands: [command("C"), command("C")] }],
    ["H06 an event twice", /"E" is registered twice/, { events: [event("E"), event("E")] }],
    ["H06 a kind twice", /"K" is registered twice/, { kinds: [kind("K"), kind("K")] }],
    ["H06 a projection twice", /"p" is registered twice/, { projections: [projection({}), projection({})] }],
    ["a kind that cannot be a key", /no name of a kind/, { kinds: [kind("a/b")] }],
    ["a projection without a name", /no name/, { projections: [projection({ name: "" })] }],
    ["a version that is no number", /version/, { projections: [projection({ version: Number.NaN })] }],
    ["a projection of an unknown kind", /no module registers/, { projections: [projection({ writes: [thing] })] }],
    [
      "two writers of a kind",
      /written by both "p" and "q"/,
      { kinds: [thing], projections: [projection({ writes: [thing] }), projection({ name: "q", writes: [thing] })] },
    ],
    [
      "a handler of an unknown event",
      /handles event "Happened", which no module registers/,
      { projections: [projection({ on: [on(happened, () => [])] })] },
    ],
    [
      "two handlers of an event in one projection",
      /handles "Happened" twice/,
      { events: [happened], projections: [projection({ on: [on(happened, () => []), on(happened, () => [])] })] },
    ],
  ];
  it.each(refused)("%s is refused", (_, message, parts) => {
    expect(() => createHubRegistry([module(parts)])).toThrow(message);
  });

  it.each([StructSchema, ValueSchema, ListValueSchema, AnySchema, EmptySchema])(
    "H09 $typeName is refused as a top-level payload in each namespace",
    (schema) => {
      const open = [
        module({ commands: [defineCommand({ name: "C", schema, decide: () => accept([]) })] }),
        module({ events: [defineEvent("E", schema)] }),
        module({ kinds: [defineEntityKind("K", schema)] }),
      ];
      for (const one of open) expect(() => createHubRegistry([one])).toThrow(schema.typeName);
    },
  );

  it("H06 one name lives in every namespace", () => {
    const same = kind("Same");
    const registry = createHubRegistry([
      module({
        commands: [command("Same")],
        events: [event("Same")],
        kinds: [same],
        projections: [projection({ name: "Same", writes: [same] })],
      }),
    ]);
    expect([registry.commands.size, registry.events.size, registry.kinds.size]).toEqual([1, 1, 1]);
  });

  it("H07 what is registered cannot be changed through the module or the registry", () => {
    const events = [happened];
    const registry = createHubRegistry([module({ events })]);
    events.push(event("Later"));
    expect(registry.events.has("Later")).toBe(false);
    const registered = registry.events.get("Happened");
    // CAST: a caller that ignores `readonly`.
    const writable = registered as { schema: unknown };
    expect(() => {
      writable.schema = PongFrameSchema;
    }).toThrow(TypeError);
    expect(registry.payloads.get(TextAppendSchema.typeName)).toBe(TextAppendSchema);
  });

  it("names the view after names, versions and order of the projections", () => {
    const id = (...versions: number[]) =>
      createHubRegistry([
        module({ projections: versions.map((version, index) => projection({ name: `p${index}`, version })) }),
      ]).projectionsId;
    expect(id(1, 2)).toBe(id(1, 2));
    expect(new Set([id(1, 2), id(2, 1), id(1, 3), id(1)]).size).toBe(4);
  });
});
