/** A transport behind a real HTTP server on a free port, and a hub that is nothing but lanes and their fan-out. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { SessionStreamError } from "@sessionstream/protocol";
import type { ClientOptions } from "ws";
import type { Principal } from "../../../command/define-command.ts";
import { DEFAULT_FAN_OUT_LIMITS } from "../../../fan-out/fan-out-limits.ts";
import { type AttachableFanOut, createSessionFanOut } from "../../../fan-out/session-fan-out.ts";
import type { AttachRequest } from "../../../fan-out/subscriber.ts";
import { sampleKinds, sampleRegistry } from "../../../fan-out/testing/sample-kinds.ts";
import { ScriptedLane } from "../../../fan-out/testing/scripted-lane.ts";
import type { Hub } from "../../../hub/hub.ts";
import { DEFAULT_HUB_LIMITS } from "../../../hub/hub-options.ts";
import type { Revocation } from "../../../hub/revocation.ts";
import type { HubPlatform } from "../../../platform/hub-platform.ts";
import { nodePlatform } from "../../../platform/node-platform.ts";
import type { TransportRecord } from "../transport-observer.ts";
import type { WebSocketTransportOptions } from "../websocket-options.ts";
import { createWebSocketTransport, type WebSocketTransport } from "../websocket-transport.ts";
import { TestClient } from "./test-client.ts";

export class LaneHub implements Pick<Hub, "attach" | "limits" | "onRevoked"> {
  readonly limits = DEFAULT_HUB_LIMITS;
  /** Sessions nobody may read. */
  readonly forbidden = new Set<string>();
  /** What an attach of a session waits for. */
  readonly gates = new Map<string, Promise<void>>();
  /** What was asked for, in order. */
  readonly attached: AttachRequest[] = [];
  readonly #revocations = new Set<(revocation: Revocation) => void>();
  readonly #lanes = new Map<string, { lane: ScriptedLane; fanOut: AttachableFanOut }>();
  readonly #platform: HubPlatform;

  constructor(platform: HubPlatform) {
    this.#platform = platform;
  }

  lane(session: string): ScriptedLane {
    return this.#open(session).lane;
  }

  subscribers(session: string): number {
    return this.#open(session).fanOut.size;
  }

  revoke(revocation: Revocation): void {
    for (const listener of this.#revocations) listener(revocation);
  }

  onRevoked(listener: (revocation: Revocation) => void): () => void {
    this.#revocations.add(listener);
    return () => void this.#revocations.delete(listener);
  }

  attach: Hub["attach"] = async (_, request) => {
    const { session } = request.session;
    this.attached.push(request);
    if (this.forbidden.has(session)) throw new SessionStreamError("forbidden", "no such rule");
    await this.gates.get(session);
    return this.#open(session).fanOut.attach(request);
  };

  #open(session: string) {
    const known = this.#lanes.get(session);
    if (known !== undefined) return known;
    const lane = new ScriptedLane({ tenant: "acme", session });
    const fanOut = createSessionFanOut(lane, {
      platform: this.#platform,
      registry: sampleRegistry,
      kinds: sampleKinds,
      limits: DEFAULT_FAN_OUT_LIMITS,
      report: (error) => {
        throw error;
      },
    });
    lane.fanOut = fanOut;
    const opened = { lane, fanOut };
    this.#lanes.set(session, opened);
    return opened;
  }
}

export const principal: Principal = { id: "ada", tenant: "acme" };

export class WebSocketScene implements AsyncDisposable {
  readonly hub: LaneHub;
  readonly transport: WebSocketTransport;
  readonly records: TransportRecord[] = [];
  readonly reports: string[] = [];
  /** Server ends of the sockets, in order of arrival. */
  readonly sockets: Duplex[] = [];
  readonly #server = createServer();

  static async open(options: Partial<WebSocketTransportOptions> = {}): Promise<WebSocketScene> {
    const scene = new WebSocketScene(options);
    await new Promise<void>((resolve) => scene.#server.listen(0, "127.0.0.1", resolve));
    return scene;
  }

  private constructor(options: Partial<WebSocketTransportOptions>) {
    const platform = options.platform ?? nodePlatform();
    this.hub = new LaneHub(platform);
    this.transport = createWebSocketTransport({
      hub: this.hub,
      authenticate: () => principal,
      origins: [],
      allowMissingOrigin: true,
      platform,
      observer: (record) => this.records.push(record),
      report: (error, subject) => this.reports.push(`${subject}: ${error instanceof Error ? error.message : error}`),
      ...options,
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.sockets.push(socket);
      void this.transport.handleUpgrade(request, socket, head);
    });
  }

  get host(): string {
    // CAST: the server listens on a TCP port.
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  connect(options?: ClientOptions, query = ""): TestClient {
    return new TestClient(`ws://${this.host}/api/chat/ws${query}`, options);
  }

  /** A client that has its hello. */
  async client(options?: ClientOptions): Promise<TestClient> {
    const client = this.connect(options);
    await client.next();
    return client;
  }

  /** Stages seen so far, each once, in order of first sight. */
  stages(): string[] {
    return [...new Set(this.records.map((record) => record.stage))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await this.transport.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
