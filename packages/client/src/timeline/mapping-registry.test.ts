import { sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { timelineEntity } from "../testing/timeline-entity.ts";
import { defineTimelineMapping, type EventMapper, type TimelineMapping } from "./mapping.ts";
import { createMappingRegistry, type MappingReport } from "./mapping-registry.ts";

const CONTEXT = { sessionId: sessionId("s"), ordinal: 1n };
const LIVE_ONLY = { unsupported: "never stored" };

function mapping(name: string, mapper: EventMapper, priority?: number): TimelineMapping {
  return defineTimelineMapping({
    name,
    on: { Tick: mapper },
    hydrate: LIVE_ONLY,
    ...(priority === undefined ? {} : { priority }),
  });
}

function registryOf(...mappings: readonly TimelineMapping[]) {
  const reports: MappingReport[] = [];
  return { registry: createMappingRegistry(mappings, (report) => reports.push(report)), reports };
}

const deleting =
  (id: string): EventMapper =>
  () => [{ type: "delete", kind: "K", id }];

describe("the mapping registry", () => {
  it("K22 asks lower priorities first, equal ones as registered, until one answers", () => {
    const { registry } = registryOf(
      mapping("late", deleting("late"), 5),
      mapping("none", () => null),
      mapping("first", deleting("first")),
    );
    expect(registry.event("Tick", {}, CONTEXT)).toEqual([{ type: "delete", kind: "K", id: "first" }]);
  });

  it("K22 refuses two mappings of one name", () => {
    expect(() =>
      registryOf(
        mapping("same", () => null),
        mapping("same", () => null),
      ),
    ).toThrow('called "same"');
  });

  it("K22 reports what cannot come back after a reload, and why", () => {
    const restoring = defineTimelineMapping({ name: "stored", on: {}, hydrate: (entity) => entity });
    const { registry } = registryOf(
      mapping("live", () => null),
      restoring,
    );
    expect(registry.coverage()).toEqual([
      { mapping: "live", events: ["Tick"], notHydrated: "never stored" },
      { mapping: "stored", events: [], notHydrated: null },
    ]);
  });

  it("K22 brings snapshot entities into the live form by the first mapping that knows them", () => {
    const entity = timelineEntity({ id: "a", createdOrdinal: 1n });
    const opening = defineTimelineMapping({ name: "open", on: {}, hydrate: (one) => ({ ...one, open: true }) });
    const declining = defineTimelineMapping({ name: "no", on: {}, hydrate: () => null });
    expect(registryOf(declining, opening).registry.entity(entity).open).toBe(true);
    expect(registryOf(declining).registry.entity(entity)).toBe(entity);
  });

  it("K19 a recipe changes what it touches, leaves the rest as it is, and never the payload it was given", () => {
    const { registry } = registryOf(
      mapping("edits", () => [
        {
          type: "update",
          kind: "K",
          id: "1",
          recipe: (draft) => {
            draft["count"] = 2;
          },
        },
      ]),
    );
    const before = { count: 1, kept: { deep: true } };
    const [mutation] = registry.event("Tick", {}, CONTEXT);
    const after = mutation?.type === "update" ? mutation.change(before) : undefined;
    expect(after).toEqual({ count: 2, kept: { deep: true } });
    expect(after?.["kept"]).toBe(before.kept);
    expect(before.count).toBe(1);
  });

  it("K23 reports an event nobody knows once, and shows nothing for it", () => {
    const { registry, reports } = registryOf(mapping("ticks", () => []));
    for (const name of ["Tick", "Tock", "Tock", "constructor"]) expect(registry.event(name, {}, CONTEXT)).toEqual([]);
    expect(reports).toEqual([
      { type: "unhandled-event", name: "Tock" },
      { type: "unhandled-event", name: "constructor" },
    ]);
  });

  it("L12: a mapping that throws costs its own event only", () => {
    const error = new Error("broken mapping");
    const { registry, reports } = registryOf(
      mapping("broken", () => {
        throw error;
      }),
    );
    expect(registry.event("Tick", {}, CONTEXT)).toEqual([]);
    expect(reports).toEqual([{ type: "mapping-failed", mapping: "broken", event: "Tick", error }]);
  });
});
