// Lists of threads: the port, both of its implementations, and what a user can do by name.
export type { HttpAccess } from "../backend/sessionstream/http-options.ts";
export { type DescribedMessages, describeMessages } from "./describe-messages.ts";
export { httpThreads } from "./http-threads.ts";
export { localThreads } from "./local-threads.ts";
export { type ThreadActions, threadActions } from "./thread-actions.ts";
export {
  compareThreads,
  type ThreadChange,
  type ThreadEntry,
  type ThreadFilter,
  type ThreadList,
  type ThreadPage,
  type ThreadPageRequest,
} from "./thread-list.ts";
