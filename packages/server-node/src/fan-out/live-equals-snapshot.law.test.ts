import type { MessageInitShape } from "@bufbuild/protobuf";
import { UNBORN } from "@sessionstream/protocol";
import type { TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import fc from "fast-check";
import { expect, it } from "vitest";
import { append, type EntityWrite, put, remove } from "../projection/define-projection.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import { createAudienceLens } from "./audience-lens.ts";
import { DEFAULT_FAN_OUT_LIMITS, type FanOutLimits } from "./fan-out-limits.ts";
import { type AttachableFanOut, createSessionFanOut } from "./session-fan-out.ts";
import { snapshotParts } from "./snapshot-parts.ts";
import { planFull } from "./snapshot-plan.ts";
import type { Subscription } from "./subscriber.ts";
import { FoldClient } from "./testing/fold-client.ts";
import { guarded, marker, note, sampleKinds, sampleRegistry, secret } from "./testing/sample-kinds.ts";
import { ScriptedLane } from "./testing/scripted-lane.ts";
import { ScriptedSink } from "./testing/scripted-sink.ts";

type Step =
  | { readonly type: "commit"; readonly events: readonly (readonly EntityWrite[])[] }
  | { readonly type: "read"; readonly frames: number }
  | { readonly type: "page"; readonly limit: number }
  | { readonly type: "reconnect"; readonly keepsState: boolean; readonly window: number }
  | { readonly type: "rebuild" | "forget" | "truncate" | "remove" };

/** So small that snapshots come in parts, commits outgrow frames, and a reader that pauses falls behind. */
const limits: FanOutLimits = { ...DEFAULT_FAN_OUT_LIMITS, maxFrameBytes: 1_400 };
const maxQueuedBytes = 3_000;

const id = fc.constantFrom("a", "b", "c", "d", "e");
const text = fc.constantFrom(
  "",
  "x",
  "hello",
  "😀",
  '"\\',
  "a longer text, so that patches and puts differ in size ".repeat(3),
);
const textInit: fc.Arbitrary<MessageInitShape<typeof TextAppendSchema>> = fc.record({
  field: fc.constantFrom("", "hidden", "shown"),
  offset: fc.constantFrom(0, 1, 2),
  text,
});

const write: fc.Arbitrary<EntityWrite> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(id, textInit).map(([key, init]) => put(note, key, init, { commandId: `c-${key}` })),
  },
  { weight: 6, arbitrary: fc.tuple(id, text).map(([key, suffix]) => append(note, key, "text", suffix)) },
  { weight: 3, arbitrary: id.map((key) => remove(note, key)) },
  { weight: 3, arbitrary: fc.tuple(id, textInit).map(([key, init]) => put(guarded, key, init)) },
  { weight: 2, arbitrary: fc.tuple(id, text).map(([key, suffix]) => append(guarded, key, "text", suffix)) },
  { weight: 1, arbitrary: id.map((key) => remove(guarded, key)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(id, fc.constantFrom(0n, 1n, 2n))
      .map(([key, ordinal]) => put(marker, key, { sessionId: key, ordinal })),
  },
  { weight: 1, arbitrary: fc.tuple(id, textInit).map(([key, init]) => put(secret, key, init)) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .array(fc.array(write, { maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map((events) => ({ type: "commit", events }) as const),
  },
  { weight: 6, arbitrary: fc.nat({ max: 5 }).map((frames) => ({ type: "read", frames }) as const) },
  { weight: 2, arbitrary: fc.nat({ max: 3 }).map((limit) => ({ type: "page", limit }) as const) },
  {
    weight: 2,
    arbitrary: fc
      .record({ keepsState: fc.boolean(), window: fc.nat({ max: 4 }) })
      .map((how) => ({ type: "reconnect", ...how }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("rebuild", "forget", "truncate", "remove").map((type) => ({ type }) as const),
  },
);

/** One subscriber with its client, and the check that holds after every frame. */
class Reader {
  client = new FoldClient();
  sink = new ScriptedSink({ maxQueuedBytes, holds: true });
  subscription: Subscription | null = null;
  readonly #lane: ScriptedLane;
  readonly #fanOut: AttachableFanOut;
  readonly #audience: string;

  constructor(lane: ScriptedLane, fanOut: AttachableFanOut, audience: string) {
    this.#lane = lane;
    this.#fanOut = fanOut;
    this.#audience = audience;
  }

  async connect(how: { keepsState: boolean; window: number }): Promise<void> {
    this.subscription?.detach();
    this.sink = new ScriptedSink({ maxQueuedBytes, holds: true });
    const { epoch, view, ordinal, tag, floor } = this.client;
    const cursor = how.keepsState ? { epoch, view, ordinal, tag } : UNBORN;
    if (how.keepsState) this.client.forgetParts();
    else this.client = new FoldClient();
    this.subscription = await this.#fanOut.attach({
      session: this.#lane.session,
      mode: "timeline",
      audience: this.#audience,
      cursor,
      window: how.window,
      from: how.keepsState ? floor : 0n,
      requestId: "r",
      sinceSnapshotOrdinal: cursor.ordinal,
      sink: this.sink,
    });
  }

  read(frames: number): void {
    for (let taken = 0; taken < frames; taken += 1) {
      const [frame] = this.sink.take(1);
      if (frame === undefined) return;
      if (this.client.receive(frame)) expect(this.client.timeline()).toEqual(this.#truth());
      expect(this.client.violations).toEqual([]);
    }
  }

  page(limit: number): void {
    if (this.client.hasEarlier) this.subscription?.page({ before: this.client.floor, limit, requestId: "p" });
  }

  /** The fold of a fresh snapshot at the client's own ordinal, with the client's own floor. */
  #truth() {
    const reader = this.#lane.at(this.client.epoch, this.client.ordinal);
    const lens = createAudienceLens({
      audience: this.#audience,
      registry: sampleRegistry,
      kinds: sampleKinds,
      report: fail,
    });
    const fresh = new FoldClient();
    const plan = planFull(reader, lens.isRow, { window: 0, held: this.client.floor });
    const parts = snapshotParts(plan, lens, { sessionId: "s-1", requestId: "" }, Number.POSITIVE_INFINITY);
    fresh.receive(JSON.parse(parts.next().value.text));
    return fresh.timeline();
  }
}

function fail(error: unknown): never {
  throw error;
}

function perform(lane: ScriptedLane, step: Step): void {
  switch (step.type) {
    case "commit":
      lane.commit(...step.events.map((writes) => ({ writes })));
      break;
    case "rebuild":
      lane.rebuild();
      break;
    case "forget":
      lane.forgetRemovals();
      break;
    case "truncate":
      lane.truncate(lane.head().ordinal);
      break;
    case "remove":
      lane.remove();
      break;
  }
}

it("L4: after every frame a client holds what a fresh snapshot at its ordinal would give it (K24, P30, P31)", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
      fc.constantFrom("public", "staff"),
      async (steps, audience) => {
        const lane = new ScriptedLane();
        const fanOut = createSessionFanOut(lane, {
          platform: manualPlatform(),
          registry: sampleRegistry,
          kinds: sampleKinds,
          limits,
          report: fail,
        });
        lane.fanOut = fanOut;
        const reader = new Reader(lane, fanOut, audience);
        await reader.connect({ keepsState: false, window: 2 });
        for (const step of steps) {
          if (step.type === "read") reader.read(step.frames);
          else if (step.type === "page") reader.page(step.limit);
          else if (step.type === "reconnect") await reader.connect(step);
          else perform(lane, step);
        }
        reader.read(Number.POSITIVE_INFINITY);
        const { epoch, ordinal, tag } = lane.head();
        expect(reader.client).toMatchObject({ epoch, ordinal, tag });
        expect(reader.sink.closed).toBeNull();
      },
    ),
    { numRuns: 400 },
  );
});
