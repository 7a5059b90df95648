import type { HubModule, Principal } from "@sessionstream/server-node";
import { chat, type Engine } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";

export const ada: Principal = { id: "ada", tenant: "acme" };

/** Prompts whose answers take different ways through the chat. */
export const PROMPTS = ["hello", "think about it", "use a tool", "fail", "a table please"] as const;

/** Longer than the server's session must be idle to write a checkpoint: every run gives it the time for one. */
const THINKING_MS = 20;
const demo = demoEngine({ speed: Number.POSITIVE_INFINITY });

const thoughtful: Engine = async function* (request, signal) {
  await request.sleep(THINKING_MS);
  yield* demo(request, signal);
};

export function chatModule(): HubModule {
  return chat({ engine: thoughtful, batchWindowMs: 1, maxQueuedRuns: 1_000 });
}

/** The same chat, which only tells what is there: it starts nothing. */
export function idleChatModule(): HubModule {
  return { ...chatModule(), due: () => [] };
}
