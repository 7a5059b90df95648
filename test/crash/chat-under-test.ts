import type { HubModule, Principal } from "@sessionstream/server-node";
import { chat, type Engine } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";

export const ada: Principal = { id: "ada", tenant: "acme" };

/** Prompts whose answers take different ways through the chat. */
export const PROMPTS = ["hello", "think about it", "use a tool", "fail", "a table please"] as const;

const RECITE = "recite ";
const WORDS = 200;

/** A prompt whose answer streams for long, and says in every word which prompt it answers. */
export function recital(name: string): string {
  return RECITE + name;
}

/** The whole answer to such a prompt; `null` for any other. */
export function recitedAnswer(prompt: string): string | null {
  return prompt.startsWith(RECITE) ? words(prompt).join("") : null;
}

function words(prompt: string): readonly string[] {
  const name = prompt.slice(RECITE.length);
  return Array.from({ length: WORDS }, (_, index) => `${name}/${index} `);
}

/** Longer than the server's session must be idle to write a checkpoint: every run gives it the time for one. */
const THINKING_MS = 20;
const demo = demoEngine({ speed: Number.POSITIVE_INFINITY });

const engine: Engine = async function* (request, signal) {
  await request.sleep(THINKING_MS);
  if (recitedAnswer(request.prompt) === null) {
    yield* demo(request, signal);
    return;
  }
  for (const text of words(request.prompt)) {
    yield { type: "text-delta", id: "recital", text };
    await request.sleep(1);
  }
};

export function chatModule(): HubModule {
  return chat({ engine, batchWindowMs: 1, maxQueuedRuns: 1_000 });
}

/** The same chat, which only tells what is there: it starts nothing. */
export function idleChatModule(): HubModule {
  return { ...chatModule(), due: () => [] };
}
