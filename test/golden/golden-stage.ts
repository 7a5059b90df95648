/**
 * Owns the server of a script and its one client: a real hub on virtual time, and a real set of subscriptions whose
 * frames are taken one by one. Knows no script; who moves it is produce-script.ts.
 */
import type { ClientFrameJson, ServerFrameJson } from "@sessionstream/protocol";
import { decodeClientFrame, decodePayload } from "@sessionstream/protocol/codec";
import {
  createHub,
  type EffectContext,
  type EventInput,
  event,
  type Hub,
  memoryStorage,
} from "@sessionstream/server-node";
import { manualPlatform } from "@sessionstream/server-node/testing";
import { ScriptedSink } from "../../packages/server-node/src/fan-out/testing/scripted-sink.ts";
import {
  type ConnectionSubscriptions,
  createConnectionSubscriptions,
} from "../../packages/server-node/src/transport/ws/connection-subscriptions.ts";
import { goldenModule, Lived, PUBLIC_EVENTS, payloads } from "./golden-module.ts";
import type { ScriptHistory } from "./script-history.ts";

const PRINCIPAL = { id: "ada", tenant: "orders" };

/** So little that whoever has not read its last frame counts as behind. */
const MAX_QUEUED_BYTES = 1;

export interface GoldenStageOptions {
  readonly session: string;
  readonly history: ScriptHistory;
  readonly maxFrameBytes: number | undefined;
}

export class GoldenStage implements AsyncDisposable {
  /** The script's name for the log that is current. */
  epoch = "";
  /** The script's name for how the log is read. */
  view = "";
  ordinal = 0n;
  /** Starts before any script does. */
  readonly #platform = manualPlatform({ start: 0 });
  readonly #options: GoldenStageOptions;
  readonly #hub: Hub;
  #effects: EffectContext | null = null;
  #sink = new ScriptedSink({ holds: true, maxQueuedBytes: MAX_QUEUED_BYTES });
  #subscriptions: ConnectionSubscriptions;
  /** Frames of the connection that were looked at. */
  #seen = 0;

  constructor(options: GoldenStageOptions) {
    this.#options = options;
    const { history, maxFrameBytes } = options;
    this.#hub = createHub({
      storage: memoryStorage(),
      platform: this.#platform,
      authorize: () => true,
      projectionErrors: "reject",
      modules: [
        goldenModule({
          facts: (epoch, ordinal) => history.facts(epoch, this.view, ordinal),
          onStage: (context) => {
            this.#effects = context;
          },
        }),
      ],
      ...(maxFrameBytes === undefined
        ? {}
        : { limits: { maxEntityBytes: maxFrameBytes - 1, fanOut: { maxFrameBytes } } }),
    });
    this.#subscriptions = this.#connect();
  }

  /** Another connection; the one before is gone with all that it was not told. */
  reconnect(): void {
    this.#subscriptions.close();
    this.#sink = new ScriptedSink({ holds: true, maxQueuedBytes: MAX_QUEUED_BYTES });
    this.#seen = 0;
    this.#subscriptions = this.#connect();
  }

  async clientSends(frame: ClientFrameJson): Promise<void> {
    const decoded = decodeClientFrame(JSON.stringify(frame), { strict: true });
    if (!decoded.ok) throw new Error(decoded.message);
    if (decoded.frame.case === "subscribe") this.#subscriptions.subscribe(decoded.frame.value);
    if (decoded.frame.case === "page") this.#subscriptions.page(decoded.frame.value);
    await this.#platform.settle();
  }

  /** Lives on, commit by commit, until the log `epoch` stands at `ordinal`. */
  async reach(epoch: string, ordinal: bigint): Promise<void> {
    if (epoch !== this.epoch && this.ordinal > 0n) {
      await this.#hub.remove(PRINCIPAL, this.#options.session);
      this.ordinal = 0n;
    }
    this.epoch = epoch;
    while (this.ordinal < ordinal) await this.commit(this.ordinal + 1n);
  }

  /** One commit of everything up to `ordinal`. */
  async commit(ordinal: bigint): Promise<void> {
    const { history } = this.#options;
    const events: EventInput[] = [];
    for (let next = this.ordinal + 1n; next <= ordinal; next += 1n) {
      this.#platform.setNow(history.at(this.epoch, next) ?? this.#platform.now());
      events.push(event(Lived, { messageId: this.epoch }));
    }
    await this.#publish(events);
  }

  /** One commit of one event that reference peers see. */
  async publishNamed(name: string, payload: unknown): Promise<void> {
    const type = PUBLIC_EVENTS.find((candidate) => candidate.name === name);
    if (type === undefined) throw new Error(`The golden module has no event ${name}`);
    await this.#publish([{ type, payload: decodePayload(type.schema, JSON.stringify(payload), payloads) }]);
  }

  async rebuild(): Promise<void> {
    await this.#hub.rebuild(this.#key);
    await this.#platform.settle();
  }

  ephemeral(key: string, payload: unknown, ttlMs: number | undefined): void {
    const schema = Lived.schema;
    const message = payload === undefined ? null : decodePayload(schema, JSON.stringify(payload), payloads);
    this.#effects?.ephemeral(key, message, ttlMs === undefined ? {} : { ttlMs });
  }

  /** The next frame the server sent, whether or not the client has taken it. */
  next(): ServerFrameJson | undefined {
    const frame = this.#sink.frames()[this.#seen];
    if (frame !== undefined) this.#seen += 1;
    return frame;
  }

  get hasNext(): boolean {
    return this.#seen < this.#sink.sent.length;
  }

  /** The client takes the frames that were looked at, which makes room for others. */
  take(): void {
    this.#sink.take(this.#seen - (this.#sink.sent.length - this.#sink.queuedFrames));
  }

  /** Frames that never arrive. */
  lose(): void {
    this.#sink.take();
    this.#seen = this.#sink.sent.length;
  }

  /** What went wrong beside the frames. */
  async errors(): Promise<readonly string[]> {
    return (await this.#hub.errors()).map(({ message }) => message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub.close();
  }

  get #key() {
    return { tenant: PRINCIPAL.tenant, session: this.#options.session };
  }

  async #publish(events: readonly EventInput[]): Promise<void> {
    const result = await this.#hub.publish(this.#key, events);
    if (result.status !== "committed") throw new Error(`The commit is ${result.status}`);
    this.ordinal = result.ordinal;
    await this.#platform.settle();
  }

  #connect(): ConnectionSubscriptions {
    const sink = this.#sink;
    const fail = (failure: { readonly message: string }): never => {
      throw new Error(failure.message);
    };
    return createConnectionSubscriptions({
      attach: (request) => this.#hub.attach(PRINCIPAL, request),
      tenant: PRINCIPAL.tenant,
      audience: "public",
      maxSubscriptions: 1,
      port: {
        sink: {
          maxQueuedBytes: sink.maxQueuedBytes,
          send: (frame) => sink.send(frame),
          queuedBytes: () => sink.queuedBytes(),
          onDrain: (callback) => sink.onDrain(callback),
          close: (code, reason) => sink.close(code, reason),
        },
        // Nothing ever waits here.
        withdraw() {},
        send() {},
        refuse: fail,
        fail,
        observe: undefined,
        report: (error) => fail(toError(error)),
      },
    });
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
