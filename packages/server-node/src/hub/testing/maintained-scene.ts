/** A hub with real fan-out on a storage that can be shortened and erased from, and a client that folds what it is sent. */
import { FoldClient } from "../../fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../../fan-out/testing/scripted-sink.ts";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import { type ManualPlatform, manualPlatform } from "../../testing/manual-platform.ts";
import { createHub } from "../create-hub.ts";
import type { ErrorRecord } from "../error-records.ts";
import type { Hub } from "../hub.ts";
import type { HubOptions } from "../hub-options.ts";
import { alice, attachRequest, room } from "./hub-scene.ts";
import { notesModule } from "./notes-module.ts";

export interface MaintainedScene {
  readonly hub: Hub;
  readonly platform: ManualPlatform;
  readonly errors: ErrorRecord[];
}

export function maintainedScene(
  storage: MessageStorageAdapter = memoryStorage(),
  options: Partial<HubOptions> = {},
): MaintainedScene {
  const platform = manualPlatform();
  const errors: ErrorRecord[] = [];
  const hub = createHub({
    storage,
    modules: [notesModule()],
    authorize: () => true,
    platform,
    onError: (record) => void errors.push(record),
    ...options,
  });
  return { hub, platform, errors };
}

export async function follow(hub: Hub, cursor: Parameters<typeof attachRequest>[0] = {}) {
  const sink = new ScriptedSink();
  await hub.attach(alice, attachRequest({ session: room, sink, ...cursor }));
  return {
    sink,
    modes: () => sink.frames().flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot.mode ?? "FULL"])),
    client() {
      const client = new FoldClient();
      for (const frame of sink.frames()) client.receive(frame);
      return client;
    },
  };
}
