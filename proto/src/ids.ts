/**
 * Owns the branded id types both sides share and the rule a well-formed id follows.
 * Does not mint ids: minting is an effect and comes in as an argument (L11).
 */
declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Names a session (an ordered log) within a tenant. */
export type SessionId = Branded<string, "SessionId">;
/** Names a command; retrying with the same id takes effect at most once (L9). */
export type CommandId = Branded<string, "CommandId">;
/** Names one life of a log. Another epoch is another log; its state never merges with ours (L10). */
export type Epoch = Branded<string, "Epoch">;
/** Names an entity among all entities of a session: `kind/id`. Kinds contain no slash, so it is unambiguous. */
export type EntityKey = Branded<string, "EntityKey">;

const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/;
const KIND = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

export function isSessionId(text: string): text is SessionId {
  return SESSION_ID.test(text);
}

/** @throws RangeError when `text` is not 1–128 characters of `A-Z a-z 0-9 _ -`. */
export function sessionId(text: string): SessionId {
  if (!isSessionId(text)) {
    throw new RangeError(`"${text.slice(0, 140)}" is not a session id: use 1-128 characters of A-Z a-z 0-9 _ -`);
  }
  return text;
}

/** Databases cut a text at a NUL or refuse it, and logs are written in lines. With `u`, Cs is half a character. */
const UNKEEPABLE = /[\p{Cc}\p{Cs}]/u;

/** Whether every storage gives the text back as it is: no control characters, no half of a surrogate pair. */
export function isKeepable(text: string): boolean {
  return !UNKEEPABLE.test(text);
}

/** @throws RangeError when `text` is empty, longer than 200 characters, or has control characters. */
export function commandId(text: string): CommandId {
  if (text.length === 0 || text.length > 200) {
    throw new RangeError(`A command id has 1-200 characters, this one has ${text.length}`);
  }
  if (!isKeepable(text)) throw new RangeError("A command id has no control characters and no half surrogates");
  // CAST: the brand is given here, after the check.
  return text as CommandId;
}

export function isEntityKind(text: string): boolean {
  return KIND.test(text);
}

export function entityKey(kind: string, id: string): EntityKey {
  // CAST: the brand is given here; kinds are checked where they are registered.
  return `${kind}/${id}` as EntityKey;
}
