// A storage module as an app writes one: opened when it is asked for, with what it holds.

import { chat } from "../../chat/chat.ts";
import { ChatUserMessageAccepted } from "../../chat/events.ts";
import { event } from "../../event/define-event.ts";
import { createHub } from "../../hub/create-hub.ts";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";

export async function storage(): Promise<MessageStorageAdapter> {
  const adapter = memoryStorage();
  const engine = async function* () {};
  const hub = createHub({ storage: adapter, modules: [chat({ engine })], authorize: () => true });
  const said = event(ChatUserMessageAccepted, { messageId: "m1", role: "user", content: "What is 6 × 7?" });
  await hub.publish({ tenant: "acme", session: "chat-1" }, [said]);
  await hub.drain();
  return adapter;
}
