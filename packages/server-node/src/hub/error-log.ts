/**
 * Owns the way of a fault to the operator: a record in the error storage, then the observer. Neither can throw back
 * into the pipeline (L12).
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { inTime, tell } from "../platform/hooks.ts";
import type { HubPlatform } from "../platform/hub-platform.ts";
import type { SessionKey } from "../storage/contract.ts";
import type { ErrorRecord, ErrorRecordKind, ErrorRecordStorage } from "./error-records.ts";

export interface Fault {
  readonly kind: ErrorRecordKind;
  readonly error: unknown;
  readonly subject: string;
  readonly session?: SessionKey;
  readonly ordinal?: bigint;
  readonly raw?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ErrorLogOptions {
  readonly platform: HubPlatform;
  readonly storage: ErrorRecordStorage;
  readonly observer: ((record: ErrorRecord) => void) | undefined;
}

export class ErrorLog {
  readonly #platform: HubPlatform;
  readonly #storage: ErrorRecordStorage;
  readonly #observer: ((record: ErrorRecord) => void) | undefined;
  readonly #pending = new Set<Promise<void>>();

  constructor({ platform, storage, observer }: ErrorLogOptions) {
    this.#platform = platform;
    this.#storage = storage;
    this.#observer = observer;
  }

  /** @returns the record's id: what a client may be told. */
  report(fault: Fault): string {
    const record = this.#toRecord(fault);
    const written = this.#write(record).finally(() => this.#pending.delete(written));
    this.#pending.add(written);
    return record.errorId;
  }

  /** Calls what an app handed in; its throw becomes a record. */
  callObserver<Value>(subject: string, observer: ((value: Value) => void) | undefined, value: Value): void {
    if (observer === undefined) return;
    tell(observer, [value], (error) => void this.report({ kind: "observer", error, subject }));
  }

  async list(query: { readonly session?: SessionKey; readonly limit: number }): Promise<readonly ErrorRecord[]> {
    await this.settled();
    return inTime(this.#storage.list(query), "errorRecords.list", this.#platform);
  }

  async discard(errorIds: readonly string[]): Promise<void> {
    await this.settled();
    await inTime(this.#storage.discard(errorIds), "errorRecords.discard", this.#platform);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #write(record: ErrorRecord): Promise<void> {
    try {
      await this.#store(record);
    } catch (error) {
      const metadata = { originalKind: record.kind, originalId: record.errorId };
      this.#notify(this.#toRecord({ kind: "storage", error, subject: "error records", metadata }));
    }
    this.#notify(record);
  }

  #store(record: ErrorRecord): void | Promise<void> {
    return inTime(this.#storage.record(record), "errorRecords.record", this.#platform);
  }

  #notify(record: ErrorRecord): void {
    if (this.#observer === undefined) return;
    tell(this.#observer, [record], (error) => {
      // Not told to the observer again: it would throw again.
      const failure = this.#toRecord({ kind: "observer", error, subject: "onError" });
      tell(
        (kept: ErrorRecord) => this.#store(kept),
        [failure],
        () => undefined,
      );
    });
  }

  #toRecord({ kind, error, subject, session, ordinal, raw, metadata = {} }: Fault): ErrorRecord {
    const { code, message } = SessionStreamError.from(error);
    return Object.freeze({
      errorId: this.#platform.randomId(),
      kind,
      at: this.#platform.now(),
      session: session ?? null,
      ordinal: ordinal ?? null,
      subject,
      code,
      message,
      raw: raw ?? null,
      metadata: Object.freeze({ ...metadata }),
    });
  }
}
