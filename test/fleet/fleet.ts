/** Owns what a scenario sets up: nodes on one database, a balancer before them, clients; and that all of it ends. */
import { randomBytes } from "node:crypto";
import type { SharedMessageStorage, StoredEvent } from "@sessionstream/server-node";
import { postgresStorage } from "@sessionstream/server-node/postgres";
import pg from "pg";
import { beforeAll, vi } from "vitest";
import { ada } from "../crash/chat-under-test.ts";
import { freePort } from "../services/child-server.ts";
import { type BundledProgram, bundleProgram } from "../setup/bundle-program.ts";
import { FleetClient } from "./fleet-client.ts";
import { LONG, SCENARIO_MS, WITHIN } from "./lane.ts";
import type { NodeSettings } from "./node-messages.ts";
import { RunningNode } from "./running-node.ts";
import { TcpBalancer } from "./tcp-balancer.ts";

/** So that nobody waits for what takes its time by design. */
const SHORT_LIMITS = { leaseMs: 1_500, leaseSweepMs: 300, healMs: 500, probeMs: 500 };

interface FleetOptions extends Pick<NodeSettings, "postgresUrl" | "bus">, Partial<Pick<NodeSettings, "ringsLost">> {
  readonly nodes: number;
  readonly limits?: NodeSettings["limits"];
  readonly drainSpreadMs?: number;
}

/** Call it once in a file: fleets of one bundle. */
export function fleets(): (options: FleetOptions) => Promise<Fleet> {
  let bundle: BundledProgram;
  beforeAll(async () => {
    bundle = await bundleProgram(new URL("./fleet-node.ts", import.meta.url));
    return () => bundle.remove();
  }, SCENARIO_MS);
  return (options) => Fleet.start(bundle.program, options);
}

export class Fleet implements AsyncDisposable {
  readonly nodes: readonly RunningNode[];
  readonly storage: SharedMessageStorage;
  readonly schema: string;
  readonly pool: pg.Pool;
  readonly balancer: TcpBalancer;
  readonly #clients: FleetClient[] = [];

  private constructor(parts: Pick<Fleet, "nodes" | "storage" | "schema" | "pool" | "balancer">) {
    this.nodes = parts.nodes;
    this.storage = parts.storage;
    this.schema = parts.schema;
    this.pool = parts.pool;
    this.balancer = parts.balancer;
  }

  static async start(program: string, options: FleetOptions): Promise<Fleet> {
    const { postgresUrl, bus, ringsLost = 0, drainSpreadMs = 500 } = options;
    const schema = `fleet_${randomBytes(6).toString("hex")}`;
    const pool = new pg.Pool({ connectionString: postgresUrl, max: 4 });
    pool.on("error", () => undefined);
    const storage = await postgresStorage({ pool, schema });
    const limits = { maxNewSessionsPerDay: 1_000_000, ...(LONG ? {} : SHORT_LIMITS), ...options.limits };
    const ports = await Promise.all(Array.from({ length: options.nodes }, freePort));
    const nodes = ports.map(
      (port) => new RunningNode(program, { port, postgresUrl, schema, bus, ringsLost, limits, drainSpreadMs }),
    );
    await Promise.all(nodes.map((node) => node.ready()));
    const balancer = await TcpBalancer.start(ports);
    return new Fleet({ nodes, storage, schema, pool, balancer });
  }

  /** Before a node of its choice, else before the balancer. Shows the session when it resolves. */
  async client(session: string, node?: RunningNode): Promise<FleetClient> {
    const client = new FleetClient((node ?? this.balancer).url, session);
    this.#clients.push(client);
    await vi.waitUntil(() => client.isLive, WITHIN);
    return client;
  }

  async log(session: string): Promise<readonly StoredEvent[]> {
    const events = await this.storage.events({ tenant: ada.tenant, session }, { after: 0n, limit: 1_000_000 });
    if (events === "gone") throw new Error("Nothing truncates this log");
    return events;
  }

  /** Of the nodes, the one whose engine answers in the session. */
  async owner(session: string): Promise<RunningNode> {
    return Promise.race(this.nodes.map((node) => node.engine(session, "started")));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    await this.balancer[Symbol.asyncDispose]();
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.storage.close();
    await this.pool.query(`DROP SCHEMA ${this.schema} CASCADE`);
    await this.pool.end();
  }
}
