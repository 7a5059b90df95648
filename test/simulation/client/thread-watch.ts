/**
 * Owns looking over a client's shoulder: what it is told passes through here, and what it shows is held against the fold
 * of the log at the very cursor it claims (I5), which must not go back by itself (I6).
 */
import type { SessionObserver, Timeline, TimelineEntity, TimelineUpdate } from "@sessionstream/client";
import { type Cursor, jsonEquals, UNBORN } from "@sessionstream/protocol";
import type { AnyRecord } from "@sessionstream/server-node";
import { isOpaque, keyOf } from "../../../packages/server-node/src/hub/records.ts";
import type { LogWatch } from "../oracle/log-watch.ts";
import type { Judge } from "../run/violation.ts";

export interface ThreadWatchOptions {
  /** Of the tab and its session, for people. */
  readonly name: string;
  readonly inner: SessionObserver;
  readonly log: LogWatch;
  readonly judge: Judge;
  /** Whether a server may know less than this client does: after a restored backup. */
  readonly mayGoBack: () => boolean;
  /** Shows what was applied. */
  readonly showFrames: () => void;
  /** Looks after every update, else only when asked. */
  readonly eager: boolean;
}

export class ThreadWatch implements SessionObserver {
  readonly #options: ThreadWatchOptions;
  timeline: Timeline | null = null;
  cursor: Cursor = UNBORN;
  floor = 0n;
  #checked: { readonly cursor: Cursor; readonly floor: bigint; readonly order: readonly string[] } | null = null;
  readonly #confirmed = new WeakMap<TimelineEntity, AnyRecord>();

  constructor(options: ThreadWatchOptions) {
    this.#options = options;
  }

  apply(update: TimelineUpdate) {
    const result = this.#options.inner.apply(update);
    if (result === "applied") this.#follow(update);
    return result;
  }

  connection(status: Parameters<SessionObserver["connection"]>[0]): void {
    this.#options.inner.connection(status);
  }

  hydration(status: Parameters<SessionObserver["hydration"]>[0]): void {
    this.#options.judge.tell(() => `  ${this.#options.name} is ${status.type}`);
    this.#options.inner.hydration(status);
  }

  #follow(update: TimelineUpdate): void {
    switch (update.type) {
      case "full":
      case "delta":
        this.#move(update.cursor, update.type);
        this.floor = update.floor;
        break;
      case "commit":
        this.#move({ ...this.cursor, epoch: update.epoch, ordinal: update.ordinal, tag: update.tag }, update.type);
        break;
      case "page":
        if (update.floor < this.floor) this.floor = update.floor;
        break;
      case "forget":
        if (update.floor > this.floor) this.floor = update.floor;
        break;
      case "mutations":
      case "ephemeral":
        return;
    }
    if (this.#options.eager) this.check();
  }

  #move(to: Cursor, how: "full" | "delta" | "commit"): void {
    const { name, judge, mayGoBack } = this.#options;
    judge.tell(() => `  ${name} ${how} ${this.cursor.ordinal} → ${to.ordinal} ${to.tag}`);
    const back = to.epoch === this.cursor.epoch && to.ordinal < this.cursor.ordinal;
    if (back && (how !== "full" || !mayGoBack())) {
      judge.violate("I6", `${name} went back from ${this.cursor.ordinal} to ${to.ordinal} by a ${how}`);
    }
    this.cursor = to;
  }

  /** Everything shown is the fold at the cursor, metadata and order included, within the window. */
  check(): void {
    const { timeline } = this;
    const { name, judge, log, showFrames } = this.#options;
    if (timeline === null) return;
    showFrames();
    const shown = timeline.getOrder();
    const last = this.#checked;
    if (last !== null && last.cursor === this.cursor && last.floor === this.floor && last.order === shown) return;
    const cursor = timeline.getCursor();
    if (
      cursor.ordinal !== this.cursor.ordinal ||
      cursor.epoch !== this.cursor.epoch ||
      cursor.tag !== this.cursor.tag
    ) {
      judge.violate(
        "I5",
        `${name} shows ${cursor.ordinal} ${cursor.tag}, was told ${this.cursor.ordinal} ${this.cursor.tag}`,
      );
      return;
    }
    const fold = cursor.ordinal === 0n ? { epoch: cursor.epoch, ordinal: 0n, records: [] } : log.foldAt(cursor.tag);
    if (fold === undefined || fold.ordinal !== cursor.ordinal || fold.epoch !== cursor.epoch) {
      judge.violate("I5", `${name} is at ${cursor.ordinal} ${cursor.tag} of ${cursor.epoch}, which is in no log`);
      return;
    }
    const expected = fold.records.filter((record) => isPublic(record) && this.#isHeld(record));
    if (shown.length !== expected.length) {
      const missing = expected.filter((record) => !shown.some((key) => key === keyOf(record))).map(keyOf);
      const extra = shown.filter((key) => !expected.some((record) => keyOf(record) === key));
      judge.violate(
        "I5",
        `${name} at ${cursor.ordinal}, floor ${this.floor}: lacks [${missing}], has [${extra}] too many`,
      );
      return;
    }
    expected.forEach((record, place) => {
      const key = shown[place];
      const entity = key === undefined ? undefined : timeline.getEntity(key);
      if (entity === undefined || !this.#isSame(entity, record)) {
        const texts = [entity, record].map((one) => JSON.stringify(one, plain)?.slice(0, 600));
        judge.violate("I5", `${name} at ${cursor.ordinal} shows ${key}, not ${keyOf(record)}: ${texts.join(" / ")}`);
      }
    });
    this.#checked = { cursor: this.cursor, floor: this.floor, order: shown };
  }

  #isHeld(record: AnyRecord): boolean {
    return record.createdOrdinal >= this.floor || record.open;
  }

  #isSame(entity: TimelineEntity, record: AnyRecord): boolean {
    if (this.#confirmed.get(entity) === record) return true;
    const same =
      entity.key === keyOf(record) &&
      entity.createdOrdinal === record.createdOrdinal &&
      entity.createdIndex === record.createdIndex &&
      entity.lastEventOrdinal === record.lastEventOrdinal &&
      entity.createdAt === record.createdAt &&
      entity.updatedAt === record.updatedAt &&
      entity.open === record.open &&
      entity.commandId === record.commandId &&
      jsonEquals(entity.payload, this.#options.log.payloadOf(record));
    if (same) this.#confirmed.set(entity, record);
    return same;
  }
}

function isPublic(record: AnyRecord): boolean {
  return isOpaque(record) || record.kind.visibility === "public";
}

function plain(name: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  // A kind of the server is a whole description; its name is enough.
  return name === "kind" && typeof value === "object" && value !== null && "kind" in value ? value.kind : value;
}
