/**
 * Owns the module that lives through a script: one event per ordinal, whose projection writes what the history says.
 * Kinds, and what makes them open, are the chat's own.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import { applyEntityPatch, type JsonObject } from "@sessionstream/protocol";
import { file_sessionstream_chat_v1_chat, TextPatchSchema } from "@sessionstream/protocol/chat/v1";
import { createPayloadRegistry, decodePayload, encodePayload } from "@sessionstream/protocol/codec";
import {
  type DueEffect,
  defineEvent,
  defineProjection,
  type EffectContext,
  type EntityKind,
  type EntityWrite,
  type HubModule,
  on,
  type SessionView,
} from "@sessionstream/server-node";
import {
  ChatMessage,
  ChatRun,
  ChatRunFinished,
  ChatTextPatch,
  ChatTextSegmentFinished,
  ChatToolCall,
  ChatToolResult,
} from "@sessionstream/server-node/chat";
import type { Fact } from "./script-history.ts";

/** No payload is of a type outside the chat's schemas. */
export const payloads = createPayloadRegistry(file_sessionstream_chat_v1_chat.messages);

/** An ordinal of the script. `messageId` is the epoch of the script that it belongs to. */
export const Lived = defineEvent("Lived", TextPatchSchema, { visibility: "server" });

/** What a reference server's scripts show of its log. */
export const PUBLIC_EVENTS = [ChatTextPatch, ChatTextSegmentFinished, ChatRunFinished];

const KINDS: readonly EntityKind[] = [ChatMessage, ChatRun, ChatToolCall, ChatToolResult];

export interface GoldenModuleOptions {
  readonly facts: (epoch: string, ordinal: bigint) => readonly Fact[];
  /** Given what may show ephemera, for as long as the session lives. */
  readonly onStage: (context: EffectContext) => void;
}

export function goldenModule({ facts, onStage }: GoldenModuleOptions): HubModule {
  const stage: DueEffect = {
    name: "stage",
    key: "stage",
    run(context) {
      onStage(context);
      return new Promise((resolve) => context.signal.addEventListener("abort", () => resolve()));
    },
  };
  return {
    name: "golden",
    commands: [],
    events: [Lived, ...PUBLIC_EVENTS],
    kinds: KINDS,
    projections: [
      defineProjection({
        name: "golden",
        version: 1,
        writes: KINDS,
        on: [
          on(Lived, ({ ordinal, payload }, view) =>
            facts(payload.messageId, ordinal).flatMap((fact) => {
              const kind = KINDS.find((candidate) => candidate.kind === fact.kind);
              return kind === undefined ? [] : [writeOf(fact, kind, view)];
            }),
          ),
        ],
      }),
    ],
    due: () => [stage],
  };
}

function writeOf(fact: Fact, kind: EntityKind, view: SessionView): EntityWrite {
  const { id } = fact;
  switch (fact.type) {
    case "gone":
      return { op: "remove", kind, id };
    case "birth":
      return put(kind, id, {}, fact.commandId);
    case "whole":
      // CAST: an Any in JSON is an object.
      return put(kind, id, fact.entity.payload as JsonObject, fact.entity.commandId);
    case "patch": {
      const [added] = fact.patch.append ?? [];
      if (added !== undefined) {
        // Built by hand: `append()` wants to know the field when it is compiled.
        return { op: "append", kind, id, field: added.field ?? "", text: added.text ?? "", set: {} };
      }
      const held = view.get<DescMessage>(kind, id);
      if (held === undefined) throw new Error(`The script changes ${kind.kind}/${id} before it exists`);
      // CAST: what our codec wrote is an object.
      const before = JSON.parse(encodePayload(kind.schema, held.payload, payloads)) as JsonObject;
      const patched = applyEntityPatch(before, fact.patch);
      if (!patched.ok) throw new Error(`The script's change of ${kind.kind}/${id} does not fit: ${patched.reason}`);
      return put(kind, id, patched.payload, undefined);
    }
  }
}

function put(kind: EntityKind, id: string, payload: JsonObject, commandId: string | undefined): EntityWrite {
  const text = JSON.stringify({ "@type": `type.googleapis.com/${kind.schema.typeName}`, ...payload });
  return { op: "put", kind, id, payload: decodePayload(kind.schema, text, payloads), commandId };
}
