/** Owns the spans and times of what a hub asks its storage. The storage's other abilities pass through untouched. */
import type { Span, Tracer } from "@opentelemetry/api";
import { SessionStreamError } from "@sessionstream/protocol";
import type { CommitResult, MessageStorageAdapter, SessionKey } from "../storage/contract.ts";
import type { HubMetrics } from "./hub-metrics.ts";
import { ATTRIBUTE, sessionAttributes } from "./names.ts";
import { CLIENT, withSpan } from "./with-span.ts";

export interface TracedStorageOptions {
  readonly tracer: Tracer;
  readonly metrics: HubMetrics;
  /** `db.system.name`. */
  readonly system: string;
  /** Milliseconds, monotone. */
  readonly now: () => number;
}

/** Called for one session, so that its span can say which. */
const TRACED: ReadonlySet<PropertyKey> = new Set([
  "load",
  "events",
  "command",
  "commit",
  "remove",
  "truncate",
  "redact",
]);

export function tracedStorage<Storage extends MessageStorageAdapter>(
  storage: Storage,
  options: TracedStorageOptions,
): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (!TRACED.has(name)) return value.bind(target);
      return (...given: unknown[]) =>
        traced(options, String(name), sessionOf(given[0]), () => value.apply(target, given));
    },
  });
}

async function traced(
  { tracer, metrics, system, now }: TracedStorageOptions,
  operation: string,
  session: SessionKey,
  call: () => Promise<unknown>,
): Promise<unknown> {
  const names = { [ATTRIBUTE.database]: system, [ATTRIBUTE.databaseOperation]: operation };
  const attributes = { ...names, ...sessionAttributes(session) };
  const begun = now();
  let failed: string | null = null;
  try {
    return await withSpan(tracer, { name: `${operation} ${system}`, kind: CLIENT, attributes }, async (span) => {
      const result = await call();
      if (operation === "commit") describeCommit(span, metrics, result);
      return result;
    });
  } catch (error) {
    failed = SessionStreamError.from(error).code;
    throw error;
  } finally {
    const how = failed === null ? names : { ...names, [ATTRIBUTE.error]: failed };
    metrics.storage.record((now() - begun) / 1000, how);
  }
}

function describeCommit(span: Span, metrics: HubMetrics, result: unknown): void {
  // CAST: `commit` answers with a CommitResult.
  const { status } = result as CommitResult;
  span.setAttribute(ATTRIBUTE.status, status);
  if (status === "conflict") metrics.conflicts.add(1);
}

/** Every traced call names its session first, or in its one argument. */
function sessionOf(first: unknown): SessionKey {
  // CAST: the contract's own signatures.
  const given = first as SessionKey | { readonly session: SessionKey };
  return typeof given.session === "string"
    ? { tenant: "tenant" in given ? given.tenant : "", session: given.session }
    : given.session;
}
