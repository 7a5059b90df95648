// What an operator does to sessions beside serving them. The same as a program: the command `sessionstream`.
export {
  eachSession,
  type FailedSession,
  type RetainedSession,
  retainSessions,
} from "./each-session.ts";
export { createEntityEncoder, type EntityEncoder, type EntityJson } from "./entity-json.ts";
export { type ExportOptions, exportSession } from "./export-session.ts";
export { type ImportedSession, type ImportOptions, importSession } from "./import-session.ts";
export { type Inspection, type InspectOptions, inspectSession, replaySession } from "./inspect-session.ts";
export { type Verification, verifySession } from "./verify-session.ts";
