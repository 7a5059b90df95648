/**
 * Owns what a user does with a list of threads: who may is asked of the hub, what is kept is the directory's. Whatever
 * a principal may not read is to it as if it were not there.
 */
import { SessionStreamError, type ThreadChange, type ThreadPageRequest } from "@sessionstream/protocol";
import type { Principal } from "../../command/define-command.ts";
import type { DirectoryEntry, DirectoryPage, SessionDirectory } from "../../directory/contract.ts";
import type { Hub } from "../../hub/hub.ts";
import type { Action } from "../../hub/hub-options.ts";
import type { ChatTarget } from "../chat-service.ts";

export type { ThreadChange };

export interface ThreadQuery extends ThreadPageRequest {
  readonly principal: Principal;
}

export interface ThreadService {
  /** Of what the principal owns: pinned first, then by last activity. @throws not_found without a directory */
  list(query: ThreadQuery): Promise<DirectoryPage>;
  /** A title needs `write`, marks need `read`. @throws forbidden, session_not_found */
  update(change: ChatTarget & ThreadChange): Promise<DirectoryEntry>;
  /** Ends the log and takes the thread off every list. @throws forbidden */
  remove(target: ChatTarget): Promise<void>;
}

export interface ThreadServiceOptions {
  readonly hub: Hub;
  /** The one the chat module keeps. `undefined`: there is no list, and removing ends the log alone. */
  readonly directory: SessionDirectory | undefined;
}

const RENAME = "ChatRenameSession";

export function createThreadService({ hub, directory }: ThreadServiceOptions): ThreadService {
  function listed(): SessionDirectory {
    if (directory !== undefined) return directory;
    throw new SessionStreamError("not_found", "This server keeps no list of sessions.");
  }

  return {
    async list({ principal, archived = false, search = "", before = null, limit = 30 }) {
      const { id, tenant } = principal;
      return listed().list({ tenant, principal: id, archived, search, before, limit });
    },
    async update({ principal, session, title, ...mark }) {
      const key = { tenant: principal.tenant, session };
      const permit = (action: Action, command?: string) => hub.permit({ principal, action, session, command });
      await permit("read");
      if (title !== undefined) await permit("write", RENAME);
      const kept = listed();
      if (title !== undefined) await kept.rename(key, title);
      if (Object.keys(mark).length > 0) await kept.mark(key, principal.id, mark);
      const entry = await kept.get(key, principal.id);
      if (entry === null) throw new SessionStreamError("session_not_found", `There is no session "${session}".`);
      return entry;
    },
    async remove({ principal, session }) {
      await hub.remove(principal, session);
      await directory?.remove({ tenant: principal.tenant, session });
    },
  };
}
