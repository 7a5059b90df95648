// Compiled by the type check: what renderers get, from the schema alone.
import type { JsonObject } from "@sessionstream/protocol";
import type { ChatMessageEntitySchema, RunEntitySchema } from "@sessionstream/protocol/chat/v1";
import { expectTypeOf } from "vitest";
import { defineRenderer } from "./define-renderer.ts";
import type { Payload } from "./payload.ts";

type Message = Payload<typeof ChatMessageEntitySchema>;
expectTypeOf<Message["content"]>().toEqualTypeOf<string>();
expectTypeOf<Message["streaming"]>().toEqualTypeOf<boolean>();
// Lists are total too, and so are their items.
expectTypeOf<Message["attachments"][number]["filename"]>().toEqualTypeOf<string>();
// A message field may be absent; what it holds is total.
expectTypeOf<NonNullable<Message["correlation"]>["runId"]>().toEqualTypeOf<string>();
expectTypeOf<undefined>().toExtend<Message["correlation"]>();
// Enums are names.
expectTypeOf<"CHAT_RUN_STATUS_FAILED">().toExtend<Payload<typeof RunEntitySchema>["status"]>();

defineRenderer<typeof ChatMessageEntitySchema>({
  kind: "ChatMessage",
  render: ({ payload, entity }) => {
    expectTypeOf(payload).toEqualTypeOf<Message>();
    expectTypeOf(entity.payload).toEqualTypeOf<Message>();
    return payload.content;
  },
});

defineRenderer({
  kind: "Anything",
  render: ({ payload }) => {
    expectTypeOf(payload).toEqualTypeOf<JsonObject>();
    return null;
  },
});

// @ts-expect-error: one of the two, not both.
defineRenderer({ kind: "Both", component: null, render: () => null });
// @ts-expect-error: and not neither.
defineRenderer({ kind: "Neither" });
