import type { JsonObject } from "@sessionstream/protocol";
import { FoldClient, type FoldedEntity } from "../../fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../../fan-out/testing/scripted-sink.ts";
import type { Hub } from "../../hub/hub.ts";
import { attachRequest } from "../../hub/testing/hub-scene.ts";
import { SESSION, USER } from "./chat-harness.ts";

/** A live subscriber of the harness's session. */
export interface SessionFollower {
  /** What was shown beside the log, in order; `null` where it was taken away. */
  ephemerals(): readonly { readonly key: string; readonly payload: JsonObject | null }[];
  /** The timeline as a client has it that applied every frame so far. */
  timeline(): readonly FoldedEntity[];
  /** Whether the hub ended it or closed its connection. */
  closed(): boolean;
  leave(): void;
}

export async function followSession(hub: Hub): Promise<SessionFollower> {
  const sink = new ScriptedSink();
  const session = { tenant: USER.tenant, session: SESSION };
  const subscription = await hub.attach(USER, attachRequest({ session, sink }));
  return {
    closed: () => sink.closed !== null || sink.endedBy !== null,
    leave: () => subscription.detach(),
    ephemerals: () =>
      sink.frames().flatMap(({ ephemeral }) => {
        if (ephemeral === undefined) return [];
        // CAST: an Any in protobuf JSON is an object.
        return [{ key: ephemeral.key ?? "", payload: (ephemeral.payload ?? null) as JsonObject | null }];
      }),
    timeline() {
      const client = new FoldClient();
      for (const frame of sink.frames()) client.receive(frame);
      if (client.violations.length > 0) throw new Error(client.violations.join("; "));
      return client.timeline();
    },
  };
}
