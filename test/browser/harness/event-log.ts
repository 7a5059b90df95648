/** Owns the look past the server, into its file: what the log of a session really says. */
import { sqliteStorage } from "@sessionstream/server-node/sqlite";

/** Names of the session's events, in order. */
export async function eventNames(database: string, session: string): Promise<readonly string[]> {
  const storage = sqliteStorage({ path: database });
  try {
    const events = await storage.events({ tenant: "demo", session }, { after: 0n, limit: 100_000 });
    if (events === "gone") throw new Error("The demo truncates no log");
    return events.map(({ name }) => name);
  } finally {
    await storage.close();
  }
}

export async function countEvents(database: string, session: string, name: string): Promise<number> {
  return (await eventNames(database, session)).filter((one) => one === name).length;
}
