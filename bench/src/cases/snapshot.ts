/**
 * G6: a session of 10,000 entities from its rows to a client that has nothing: load, parts, decode, store. Bound: the
 * same rows, their payloads joined as fragments, and one JSON.parse.
 */
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { openHandle } from "../../../packages/server-node/src/storage/sqlite/load-driver.ts";
import type { BenchCase } from "../case.ts";
import { BIG_SESSION, writeBigSession } from "../fixtures/big-session.ts";
import { chatHub } from "../fixtures/chat-hub.ts";
import { watchLoop } from "../fixtures/event-loop.ts";
import { joinClient } from "../fixtures/joined-client.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { atMost } from "../goal.ts";
import { type Comparison, measure, ratioOf, spread, type Variant } from "../measure.ts";
import { printComparison, printFacts } from "../report.ts";

const ENTITIES = 10_000;

export const snapshot: BenchCase = {
  async run({ pick }) {
    const folder = temporaryFolder();
    const path = folder.file("big.db");
    await writeBigSession(path, ENTITIES);
    const blocks: number[] = [];
    const warm = await warmVariant(path);
    const comparison: Comparison = {
      id: "G6",
      title: `snapshot of ${ENTITIES} entities`,
      operation: "entity",
      operations: ENTITIES,
      rounds: pick(9, 3),
      bound: "bound: rows, joined fragments, JSON.parse",
      variants: [boundVariant(path), coldVariant(path, blocks), warm, parseVariant(path)],
    };
    const results = await measure(comparison);
    printComparison(comparison, results);
    const block = spread(blocks);
    printFacts("G6", "longest stretch of the event loop, rows to client store, ms", { ...block });
    await warm.close();
    folder.remove();
    return [
      atMost("G6", "storage row to client store, to bound", ratioOf(results, COLD), 2),
      atMost("G6", "longest event-loop block", block.median, 20, "ms"),
    ];
  },
};

const COLD = "storage rows → hub → parts → client store";

function coldVariant(path: string, blocks: number[]): Variant {
  return {
    name: COLD,
    async round(stopwatch) {
      const hub = chatHub(sqliteStorage({ path, synchronous: "NORMAL" }));
      const watch = watchLoop();
      stopwatch.start();
      const client = joinClient(hub, BIG_SESSION, 0);
      await client.hydrated();
      stopwatch.stop();
      blocks.push(watch.stop());
      if (client.thread.timeline.getOrder().length < ENTITIES) throw new Error("entities are missing");
      client.close();
      await hub.close();
    },
  };
}

/** The second reader of a session that is in memory: fragments are cached. */
async function warmVariant(path: string): Promise<Variant & { close(): Promise<void> }> {
  const hub = chatHub(sqliteStorage({ path, synchronous: "NORMAL" }));
  const first = joinClient(hub, BIG_SESSION, 0);
  await first.hydrated();
  return {
    name: "hub in memory → parts → client store",
    async round(stopwatch) {
      stopwatch.start();
      const client = joinClient(hub, BIG_SESSION, 0);
      await client.hydrated();
      stopwatch.stop();
      client.close();
    },
    async close() {
      first.close();
      await hub.close();
    },
  };
}

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly created_ordinal: number;
  readonly payload: string;
}

function readRows(path: string): () => readonly Row[] {
  const handle = openHandle(path);
  const statement = handle.prepare("SELECT * FROM sessionstream_entity");
  // CAST: the columns of the product's own table.
  return () => statement.all() as Row[];
}

function joined(rows: readonly Row[]): string {
  const fragments = rows.map(({ kind, id, created_ordinal, payload }) => {
    return `{"kind":"${kind}","id":"${id}","createdOrdinal":"${created_ordinal}","payload":${payload}}`;
  });
  return `{"snapshot":{"entities":[${fragments.join(",")}]}}`;
}

interface Parsed {
  readonly snapshot: { readonly entities: readonly Row[] };
}

/** @returns how many there were. */
function store(text: string): number {
  // CAST: what `joined` has written.
  const { entities } = (JSON.parse(text) as Parsed).snapshot;
  return new Map(entities.map((entity) => [`${entity.kind}/${entity.id}`, entity])).size;
}

function boundVariant(path: string): Variant {
  const rows = readRows(path);
  return {
    name: "bound: rows, joined fragments, JSON.parse",
    round(stopwatch) {
      stopwatch.start();
      const size = store(joined(rows()));
      stopwatch.stop();
      if (size !== ENTITIES) throw new Error("rows are missing");
    },
  };
}

/** What the goal was written against: reading the rows left out. */
function parseVariant(path: string): Variant {
  const rows = readRows(path)();
  return {
    name: "joined fragments, JSON.parse (no rows)",
    round(stopwatch) {
      stopwatch.start();
      store(joined(rows));
      stopwatch.stop();
    },
  };
}
