// For tests and stories of applications, and for those who write a backend.
export {
  appendText,
  assistantMessage,
  finishText,
  type MessageChange,
  reasoning,
  run,
  toolCall,
  toolResult,
  userMessage,
} from "./chat-changes.ts";
export { type FakeHub, fakeHub } from "./fake-hub.ts";
export { createManualPlatform, type ManualPlatform, type ManualPlatformOptions } from "./manual-platform.ts";
