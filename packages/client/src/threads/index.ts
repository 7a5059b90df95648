// Lists of threads: the port, both of its implementations, and what a user can do by name.

export {
  compareThreads,
  type ThreadChange,
  type ThreadFilter,
  type ThreadPageRequest,
  type ThreadSummary,
} from "@sessionstream/protocol";
export type { HttpAccess } from "../backend/sessionstream/http-options.ts";
export { countUnread, type DescribedMessages, describeMessages } from "./describe-messages.ts";
export { httpThreads } from "./http-threads.ts";
export { localThreads } from "./local-threads.ts";
export { type ThreadActions, threadActions } from "./thread-actions.ts";
export type { ThreadEntry, ThreadList, ThreadPage } from "./thread-list.ts";
