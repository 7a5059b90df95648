import type { HubModule, Principal } from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";

export const ada: Principal = { id: "ada", tenant: "acme" };

/** Prompts whose answers take different ways through the chat. */
export const PROMPTS = ["hello", "think about it", "use a tool", "fail", "a table please"] as const;

export function chatModule(): HubModule {
  return chat({ engine: demoEngine({ speed: Number.POSITIVE_INFINITY }), batchWindowMs: 1, maxQueuedRuns: 1_000 });
}

/** The same chat, which only tells what is there: it starts nothing. */
export function idleChatModule(): HubModule {
  return { ...chatModule(), due: () => [] };
}
