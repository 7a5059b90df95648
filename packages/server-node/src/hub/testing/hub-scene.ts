/** A hub on manual time with a fan-out that only writes down what it is told. */
import type { JsonObject } from "@sessionstream/protocol";
import type { CommittedChange } from "../../fan-out/committed-change.ts";
import type { LaneReader } from "../../fan-out/lane-reader.ts";
import type { AttachRequest, Subscription } from "../../fan-out/subscriber.ts";
import { type ManualPlatform, manualPlatform } from "../../testing/manual-platform.ts";
import type { CreateFanOut } from "../core.ts";
import { composeHub } from "../create-hub.ts";
import type { ErrorRecord } from "../error-records.ts";
import type { CommandAck, Hub } from "../hub.ts";
import type { HubOptions } from "../hub-options.ts";
import type { PipelineRecord } from "../pipeline-record.ts";
import { notesModule } from "./notes-module.ts";
import { type ScriptedStorage, scriptedStorage } from "./scripted-storage.ts";

export const alice = { id: "alice", tenant: "acme" };
export const bob = { id: "bob", tenant: "acme" };
export const room = { tenant: "acme", session: "room-1" };

type FanOutCall =
  | { readonly type: "commit"; readonly change: CommittedChange; readonly reader: LaneReader }
  | { readonly type: "replaced" }
  | { readonly type: "ephemeral"; readonly key: string; readonly payload: string | null };

export interface HubScene {
  readonly hub: Hub;
  readonly platform: ManualPlatform;
  readonly storage: ScriptedStorage;
  readonly fanOut: FanOutCall[];
  readonly errors: ErrorRecord[];
  readonly pipeline: PipelineRecord[];
  /** Throw from here and fan-out throws. */
  onFanOut: (call: FanOutCall) => void;
  write(id: string, note: string, text?: string): Promise<CommandAck>;
  submit(command: string, id: string, payload?: JsonObject): Promise<CommandAck>;
  attach(): Promise<Subscription>;
}

export function hubScene(overrides: Partial<HubOptions> & { readonly storage?: ScriptedStorage } = {}): HubScene {
  const platform = manualPlatform();
  const storage = overrides.storage ?? scriptedStorage();
  const fanOut: FanOutCall[] = [];
  const errors: ErrorRecord[] = [];
  const pipeline: PipelineRecord[] = [];
  const options: HubOptions = {
    modules: [notesModule()],
    authorize: () => true,
    platform,
    onError: (record) => void errors.push(record),
    onPipeline: (record) => void pipeline.push(record),
    ...overrides,
    storage,
  };
  const record = (call: FanOutCall) => {
    fanOut.push(call);
    scene.onFanOut(call);
  };
  const hub = composeHub(options, () => recordingFanOut(record));
  const submit: HubScene["submit"] = (command, id, payload = {}) =>
    hub.submit({ principal: alice, session: room.session, command, id, payload });
  const scene: HubScene = {
    hub,
    platform,
    storage,
    fanOut,
    errors,
    pipeline,
    onFanOut: () => undefined,
    submit,
    write: (id, note, text = "") => submit("WriteNote", id, { field: note, text }),
    attach: () => hub.attach(alice, attachRequest()),
  };
  return scene;
}

function recordingFanOut(record: (call: FanOutCall) => void): CreateFanOut {
  return (reader) => {
    const subscriptions = new Set<Subscription>();
    return {
      commit: (change) => record({ type: "commit", change, reader }),
      replaced: () => record({ type: "replaced" }),
      ephemeral: (key, payload) => record({ type: "ephemeral", key, payload }),
      get size() {
        return subscriptions.size;
      },
      async attach(request) {
        const subscription: Subscription = {
          session: request.session,
          page: () => true,
          head: () => null,
          detach() {
            if (subscriptions.delete(subscription)) request.onEnd?.();
          },
        };
        request.onOpen?.(subscription);
        subscriptions.add(subscription);
        return subscription;
      },
    };
  };
}

export function attachRequest(overrides: Partial<AttachRequest> = {}): AttachRequest {
  return {
    session: room,
    mode: "timeline",
    audience: "public",
    cursor: null,
    window: 0,
    from: 0n,
    requestId: "r-1",
    sinceSnapshotOrdinal: 0n,
    sink: {
      send: () => undefined,
      queuedBytes: () => 0,
      maxQueuedBytes: 1,
      onDrain: () => undefined,
      ended: () => undefined,
      close: () => undefined,
    },
    ...overrides,
  };
}

/** What a view shows, as plain data with all metadata: two equal views give deep-equal tables. */
export async function tableOf(hub: Hub, session = room.session, asOf?: bigint) {
  const query = { principal: alice, session, ...(asOf === undefined ? {} : { asOf }) };
  const snapshot = await hub.snapshot(query);
  const entities = (snapshot?.entities ?? []).map(({ kind, payload, ...meta }) => ({
    ...meta,
    kind: typeof kind === "string" ? kind : kind.kind,
    payload: typeof payload === "string" ? payload : { ...payload },
  }));
  return { epoch: snapshot?.epoch, view: snapshot?.view, ordinal: snapshot?.ordinal, tag: snapshot?.tag, entities };
}

/** Note texts by id, in creation order. */
export async function notesOf(hub: Hub, session = room.session, asOf?: bigint): Promise<readonly string[]> {
  const { entities } = await tableOf(hub, session, asOf);
  return entities.filter(({ kind }) => kind === "Note").map(({ id, payload }) => `${id}:${textOf(payload)}`);
}

function textOf(payload: unknown): string {
  return typeof payload === "object" && payload !== null && "text" in payload ? String(payload.text) : "?";
}
