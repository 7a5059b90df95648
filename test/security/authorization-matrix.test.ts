/**
 * Every HTTP route and every client frame, for everybody, towards every kind of session. Routes and frames are taken
 * from the table and the schema themselves: one that is added without its cells here fails.
 */
import { ClientFrameSchema } from "@sessionstream/protocol/sessionstream/v1";
import { CHAT_ROUTES, type ChatRoute } from "@sessionstream/server-node/http";
import { expect, it } from "vitest";
import type { TestClient } from "../../packages/server-node/src/transport/ws/testing/test-client.ts";
import { key, type SecureChat, secureChat } from "./harness/secure-chat.ts";

const PRINCIPALS = ["owner", "colleague", "foreigner", "anonymous", "expired", "revoked"] as const;
/** Of a principal to a session. `none`: it is somebody else's; `unknown`: there is no such session. */
const RELATIONS = ["owns", "may read", "none", "unknown"] as const;

type PrincipalName = (typeof PRINCIPALS)[number];
type Relation = (typeof RELATIONS)[number];
/** What happens, in the order of `RELATIONS`. */
type Cells = Record<PrincipalName, readonly [string, string, string, string]>;

const all = (outcome: string) => [outcome, outcome, outcome, outcome] as const;

/** Who is known gets what the relation allows; the others are turned away before anything is looked at. */
function known(...cells: Cells["owner"]): Cells {
  return {
    owner: cells,
    colleague: cells,
    foreigner: cells,
    anonymous: all("401 unauthenticated"),
    expired: all("401 unauthenticated"),
    revoked: all("401 unauthenticated"),
  };
}

function onSocket(...cells: Cells["owner"]): Cells {
  return {
    ...known(...cells),
    anonymous: all("closed 4401"),
    expired: all("closed 4014"),
    revoked: all("closed 4015"),
  };
}

const MATRIX: Record<string, Cells> = {
  "POST /sessions": known("200", "403 forbidden", "403 forbidden", "200"),
  "GET /sessions/:session": known("200", "200", "403 forbidden", "403 forbidden"),
  "GET /sessions/:session/export": known("200", "200", "403 forbidden", "403 forbidden"),
  "POST /sessions/:session/messages": known("200", "403 forbidden", "403 forbidden", "200"),
  "POST /sessions/:session/stop": known("200", "403 forbidden", "403 forbidden", "200"),
  // Whoever may write here may answer; nobody is told of what is asked elsewhere.
  "POST /sessions/:session/approvals": known(
    "409 approval_mismatch",
    "403 forbidden",
    "403 forbidden",
    "409 approval_mismatch",
  ),
  "POST /ticket": known(...all("200")),
  subscribe: onSocket("snapshot", "snapshot", "forbidden", "forbidden"),
  unsubscribe: onSocket(...all("unsubscribed")),
  ping: onSocket(...all("pong")),
  pong: onSocket(...all("nothing")),
  page: onSocket("snapshot", "snapshot", "protocol_error", "protocol_error"),
  authenticate: onSocket(...all("authenticated")),
  // Of nobody's but one's own.
  "GET /sessions": known(...all("200")),
  "PATCH /sessions/:session": known("200", "200", "403 forbidden", "403 forbidden"),
  // The last, as nothing is left to ask about afterwards.
  "DELETE /sessions/:session": known("200", "403 forbidden", "403 forbidden", "403 forbidden"),
};

const routeName = ({ method, path }: ChatRoute) => `${method} ${path}`;
const FRAMES = ClientFrameSchema.oneofs.flatMap(({ fields }) => fields.map(({ localName }) => localName));

/** The users, and one session for each relation of each of them. */
async function stage(): Promise<SecureChat> {
  const chat = await secureChat();
  chat.users.set("owner", { id: "ada", tenant: "acme" });
  chat.users.set("colleague", { id: "bob", tenant: "acme" });
  chat.users.set("foreigner", { id: "ada", tenant: "other" });
  for (const [token, { id, tenant }] of chat.users) {
    chat.users.set("author", { id: "author", tenant });
    for (const [session, entry] of [
      [`${token}-owns`, { owner: id }],
      [`${token}-may-read`, { owner: "author", readers: [id] }],
      [`${token}-none`, { owner: "author" }],
    ] as const) {
      chat.access.set(key(tenant, session), entry);
      const author = entry.owner === id ? token : "author";
      const made = await chat.fetch("POST", "/sessions", author, { sessionId: session });
      expect(made.status).toBe(200);
    }
    chat.users.delete("author");
  }
  return chat;
}

function signIn(chat: SecureChat, name: PrincipalName): string | null {
  switch (name) {
    case "anonymous":
      return null;
    case "expired":
      chat.users.set(name, { id: "ada", tenant: "acme", expiresAt: Date.now() - 1 });
      return name;
    case "revoked":
      chat.users.set(name, { id: `rita-${made}`, tenant: "acme" });
      return name;
    default:
      return name;
  }
}

/** The app bars the user, and says so. */
function revoke(chat: SecureChat): void {
  chat.users.delete("revoked");
  chat.hub.revoke({ principal: { id: `rita-${made}`, tenant: "acme" } });
}

let made = 0;

/** A name nobody has used, or the one of this relation. Whoever is nobody tries those of the owner. */
function sessionFor(name: PrincipalName, relation: Relation): string {
  made += 1;
  if (relation === "unknown") return `unknown-${made}`;
  const user = name === "anonymous" || name === "expired" || name === "revoked" ? "owner" : name;
  return `${user}-${relation.replace(" ", "-")}`;
}

const bodies: Readonly<Record<string, object>> = {
  "/sessions/:session/messages": { prompt: "Hello" },
  "/sessions/:session/approvals": { approvalId: "call-1:approval", digest: "d", decision: "approve" },
};

async function askRoute(chat: SecureChat, route: ChatRoute, name: PrincipalName, session: string): Promise<string> {
  const token = signIn(chat, name);
  if (name === "revoked") revoke(chat);
  const body = bodies[route.path] ?? { sessionId: session, pinned: true };
  const response = await chat.fetch(route.method, route.path.replace(":session", session), token, body);
  const { code = "" } = await response.json();
  return `${response.status} ${code}`.trim();
}

async function sendFrame(chat: SecureChat, frame: string, name: PrincipalName, session: string): Promise<string> {
  const token = signIn(chat, name);
  await using client = chat.connect(token);
  const closed = client.closed.then((code) => `closed ${code}`);
  const opened = await Promise.race([client.next(), closed]);
  if (typeof opened === "string") return opened;
  if (name === "revoked") revoke(chat);
  const body = { sessionId: session, requestId: "asked", nonce: "n", token: token ?? "", before: "1", limit: 1 };
  const fields =
    ClientFrameSchema.oneofs[0]?.fields.find(({ localName }) => localName === frame)?.message?.fields ?? [];
  const known = Object.entries(body).filter(([field]) => fields.some(({ jsonName }) => jsonName === field));
  if (frame === "page") await Promise.race([prepare(client, session), closed]);
  client.send({ [frame]: Object.fromEntries(known) });
  client.send({ ping: { nonce: "end" } });
  return await Promise.race([outcomeOf(client, frame), closed]);
}

/** A page is one of a session that is followed, where it may be. */
async function prepare(client: TestClient, sessionId: string): Promise<void> {
  client.send({ subscribe: { sessionId, capabilities: ["timeline"] } });
  for (;;) {
    const { subscribed, error } = await client.next();
    if (subscribed !== undefined || error !== undefined) return;
  }
}

async function outcomeOf(client: TestClient, frame: string): Promise<string> {
  for (;;) {
    const { snapshot, error, pong, ...answer } = await client.next();
    if (snapshot !== undefined) return "snapshot";
    if (error !== undefined) return error.code ?? "";
    if (pong?.nonce === "n") return "pong";
    if (pong?.nonce === "end" && frame === "pong") return "nothing";
    const [arm] = Object.keys(answer);
    if (arm !== undefined && arm !== "ping") return arm;
  }
}

it("X5 every route and every frame has its cells, and there are no others", () => {
  expect(Object.keys(MATRIX).sort()).toEqual([...CHAT_ROUTES.map(routeName), ...FRAMES].sort());
});

it("X5 C55 each of them does for each principal what its cell says, whatever its relation to the session", async () => {
  await using chat = await stage();
  const found: Record<string, Record<string, string[]>> = {};
  for (const [operation, cells] of Object.entries(MATRIX)) {
    const route = CHAT_ROUTES.find((candidate) => routeName(candidate) === operation);
    for (const name of PRINCIPALS) {
      const outcomes: string[] = [];
      for (const relation of RELATIONS) {
        const session = sessionFor(name, relation);
        outcomes.push(
          await (route === undefined
            ? sendFrame(chat, operation, name, session)
            : askRoute(chat, route, name, session)),
        );
      }
      found[operation] = { ...found[operation], [name]: outcomes };
    }
    expect({ operation, cells: found[operation] }).toEqual({ operation, cells });
  }
});
