import type { JsonObject } from "@sessionstream/protocol";
import type { ChatService } from "../../chat/chat-service.ts";
import type { ThreadService } from "../../chat/threads/thread-service.ts";
import type { Principal } from "../../command/define-command.ts";
import type { Tickets } from "../tickets.ts";
import type { SnapshotEncoder } from "./snapshot-json.ts";

/** What a request came to, once it is known who asks and that they may ask at all. */
export interface ChatCall {
  readonly service: ChatService;
  readonly threads: ThreadService;
  readonly encodeSnapshot: SnapshotEncoder;
  readonly mintId: () => string;
  readonly principal: Principal;
  /** `""` where the path names none. */
  readonly session: string;
  readonly query: URLSearchParams;
  /** Of the page that asks; `null`: a program. */
  readonly origin: string | null;
  /** `undefined`: this server issues none. */
  readonly tickets: Pick<Tickets, "issue"> | undefined;
  /** Of the `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  /** `{}` for GET and DELETE. */
  readonly body: JsonObject;
}
