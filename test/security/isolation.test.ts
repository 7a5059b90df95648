/** Several tenants, users and sessions on one real server: whatever reaches whoever, it is theirs to read. */
import type { Principal } from "@sessionstream/server-node";
import { expect, it } from "vitest";
import type { TestClient } from "../../packages/server-node/src/transport/ws/testing/test-client.ts";
import { watermark, watermarksIn } from "../simulation/server/watermark.ts";
import { key, type SecureChat, secureChat } from "./harness/secure-chat.ts";

const TENANTS = ["acme", "other"];
const USERS = ["ada", "bob", "cleo"];
const SESSIONS = ["s1", "s2", "s3"];

/** Each session is one user's, and another's to read; the third has nothing to do with it. */
const OWNER = { s1: "ada", s2: "bob", s3: "cleo" };
const READER = { s1: "bob", s2: "cleo", s3: "ada" };
type Session = keyof typeof OWNER;

interface Listener {
  readonly principal: Principal;
  readonly client: TestClient;
  /** Every frame as text. */
  readonly heard: string[];
}

const tokenOf = ({ tenant, id }: Principal) => `${tenant}.${id}`;

async function listen(chat: SecureChat, principal: Principal, sessions: readonly string[]): Promise<Listener> {
  chat.users.set(tokenOf(principal), principal);
  const client = chat.connect(tokenOf(principal));
  const heard: string[] = [];
  client.socket.on("message", (data) => heard.push(String(data)));
  await client.next();
  for (const sessionId of sessions) client.send({ subscribe: { sessionId, capabilities: ["timeline"] } });
  await client.settled();
  return { principal, client, heard };
}

/** Everybody listens to every session by its name; the same names mean other sessions in the other tenant. */
async function crowd(chat: SecureChat): Promise<Listener[]> {
  const listeners: Listener[] = [];
  for (const tenant of TENANTS) {
    for (const session of Object.keys(OWNER) as Session[]) {
      chat.access.set(key(tenant, session), { owner: OWNER[session], readers: [READER[session]] });
    }
    for (const id of USERS) listeners.push(await listen(chat, { tenant, id }, SESSIONS));
  }
  return listeners;
}

async function say(chat: SecureChat, tenant: string, session: Session, round: number): Promise<void> {
  const prompt = `${watermark({ tenant, session })} round ${round}`;
  const response = await chat.fetch("POST", `/sessions/${session}/messages`, `${tenant}.${OWNER[session]}`, { prompt });
  expect(response.status).toBe(200);
}

/** In every session of every tenant at a time. */
async function sayEverywhere(chat: SecureChat, round: number): Promise<void> {
  const sessions = Object.keys(OWNER) as Session[];
  await Promise.all(TENANTS.flatMap((tenant) => sessions.map((session) => say(chat, tenant, session, round))));
}

const marksIn = (heard: readonly string[]) =>
  [...new Set(heard.flatMap(watermarksIn).map((at) => key(at.tenant, at.session)))].sort();

function readableBy({ id, tenant }: Principal): string[] {
  const sessions = Object.keys(OWNER) as Session[];
  return sessions.filter((at) => OWNER[at] === id || READER[at] === id).map((session) => key(tenant, session));
}

it("F-S18 I7 each hears every session that is theirs to read, and not a word of another", async () => {
  await using chat = await secureChat();
  const listeners = await crowd(chat);
  for (let round = 0; round < 5; round += 1) await sayEverywhere(chat, round);
  for (const { principal, client, heard } of listeners) {
    await client.settled();
    expect({ principal, marks: marksIn(heard) }).toEqual({ principal, marks: readableBy(principal) });
  }
});

it("F-S18 X9 whose reading is taken away in the middle hears `forbidden` and after it not a word", async () => {
  await using chat = await secureChat();
  const listeners = await crowd(chat);
  const speaking = Array.from({ length: 4 }, (_, round) => sayEverywhere(chat, round));
  const bob = { tenant: "acme", id: "bob" };
  chat.access.set(key("acme", "s1"), { owner: "ada" });
  chat.hub.revoke({ session: { tenant: "acme", session: "s1" }, principal: bob });
  await Promise.all(speaking);
  await sayEverywhere(chat, 9);
  for (const { principal, client, heard } of listeners) {
    await client.settled();
    const isBarred = principal.tenant === bob.tenant && principal.id === bob.id;
    const end = heard.findIndex((text) => text.includes('"forbidden"') && text.includes('"s1"'));
    const after = marksIn(isBarred ? heard.slice(end) : heard);
    expect(end >= 0 || !isBarred).toBe(true);
    expect({ principal, after }).toEqual({
      principal,
      after: readableBy(principal).filter((at) => !isBarred || at !== "acme/s1"),
    });
  }
});

it("F-S18 X5 whom the app stops allowing is found without a revocation", async () => {
  await using chat = await secureChat({ reauthorizeMs: 40 });
  const [, bob] = await crowd(chat);
  if (bob === undefined) throw new Error("nobody is here");
  chat.access.set(key("acme", "s1"), { owner: "ada" });
  const isForbidden = () => bob.heard.some((text) => text.includes('"forbidden"') && text.includes('"s1"'));
  // It was never allowed to read s3, and was told so at the start.
  while (!isForbidden()) await bob.client.settled();
  const before = bob.heard.length;
  await sayEverywhere(chat, 0);
  await bob.client.settled();
  expect(marksIn(bob.heard.slice(before))).toEqual(["acme/s2"]);
});

it("X6 whoever was barred while away is not let back in, whatever cursor it holds", async () => {
  await using chat = await secureChat();
  chat.access.set(key("acme", "s1"), { owner: "ada", readers: ["bob"] });
  chat.users.set("acme.ada", { tenant: "acme", id: "ada" });
  await say(chat, "acme", "s1", 0);
  const bob = await listen(chat, { tenant: "acme", id: "bob" }, ["s1"]);
  const frames = bob.heard.map((text) => JSON.parse(text));
  const { epoch, view, tag, snapshotOrdinal } = frames.find(({ snapshot }) => snapshot !== undefined).snapshot;
  bob.client.socket.terminate();
  await bob.client.closed;

  const resume = {
    sessionId: "s1",
    capabilities: ["timeline"],
    epoch,
    view,
    tag,
    sinceSnapshotOrdinal: snapshotOrdinal,
  };
  chat.access.set(key("acme", "s1"), { owner: "ada" });
  await using again = chat.connect("acme.bob");
  await again.next();
  again.send({ subscribe: resume });
  expect(await again.next()).toMatchObject({ error: { code: "forbidden", sessionId: "s1" } });
  expect(await again.settled()).toEqual([]);

  chat.users.delete("acme.bob");
  await using signedOut = chat.connect("acme.bob");
  await signedOut.next();
  signedOut.send({ subscribe: resume });
  expect(await signedOut.closed).toBe(4401);
});
