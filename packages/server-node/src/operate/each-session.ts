/** Owns going through all sessions of a storage, for what is done to each of them: a policy, a check. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Hub } from "../hub/hub.ts";
import { checkRetentionPolicy, type Retained, type RetentionPolicy } from "../hub/retention-policy.ts";
import { isRetention, type MessageStorageAdapter, type SessionKey } from "../storage/contract.ts";

const PAGE = 200;

/** @throws invalid_options when the storage cannot list its sessions */
export async function* eachSession(storage: MessageStorageAdapter): AsyncGenerator<SessionKey> {
  if (!isRetention(storage)) {
    throw new SessionStreamError("invalid_options", "This storage cannot list its sessions: name one.");
  }
  let after: SessionKey | null = null;
  for (;;) {
    const page: readonly SessionKey[] = await storage.sessions({ after, limit: PAGE });
    yield* page;
    after = page.at(-1) ?? null;
    if (after === null) return;
  }
}

export interface RetainedSession extends Retained {
  readonly session: SessionKey;
}

export interface FailedSession {
  readonly session: SessionKey;
  readonly error: SessionStreamError;
}

/**
 * Applies a policy to every session, one after the other: from a timer or a job of the app's. What cannot be done to one
 * does not keep it from the rest. `before`: a check of the caller's, which may refuse a session by throwing.
 */
export async function* retainSessions(
  hub: Hub,
  storage: MessageStorageAdapter,
  policy: RetentionPolicy,
  before: (session: SessionKey) => Promise<void> = async () => undefined,
): AsyncGenerator<RetainedSession | FailedSession> {
  checkRetentionPolicy(policy);
  for await (const session of eachSession(storage)) {
    try {
      await before(session);
      yield { session, ...(await hub.retain(session, policy)) };
    } catch (thrown) {
      yield { session, error: SessionStreamError.from(thrown) };
    }
  }
}
