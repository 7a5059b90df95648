/** That tokens and tickets end where they are checked: nothing the server says or writes has one in it. */
import { randomBytes } from "node:crypto";
import type { Writable } from "node:stream";
import { sessionstreamBackend } from "@sessionstream/client";
import { sessionId } from "@sessionstream/protocol";
import { afterEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { createManualPlatform } from "../../packages/client/src/testing/manual-platform.ts";
import { recordingObserver } from "../../packages/client/src/testing/recording-observer.ts";
import { key, secureChat } from "./harness/secure-chat.ts";

afterEach(() => vi.restoreAllMocks());

/** Recognisable, and made to break out of a line of a log. */
const canary = (name: string) => `${name}-${randomBytes(12).toString("hex")}\n\u001b[31mforged`;
const core = (secret: string) => secret.slice(0, secret.indexOf("\n"));

/** Everything this process prints while `run` runs. */
async function printed(run: () => Promise<void>): Promise<string> {
  const lines: string[] = [];
  const keep = (chunk: unknown) => {
    lines.push(String(chunk));
    return true;
  };
  for (const stream of [process.stdout, process.stderr]) {
    // CAST: only the first of its forms is called by what prints here.
    vi.spyOn(stream as Writable, "write").mockImplementation(keep as Writable["write"]);
  }
  for (const method of ["log", "warn", "error", "info", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...words) => void lines.push(words.map(String).join(" ")));
  }
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => void lines.push(String(warning)));
  await run();
  vi.restoreAllMocks();
  return lines.join("\n");
}

it("X31 X32 no token and no ticket is in what the server prints, observes, reports or answers", async () => {
  const secrets = { good: canary("good"), bad: canary("bad"), broken: canary("broken"), odd: canary("odd") };
  const records: string[] = [];
  const answered: string[] = [];
  const output = await printed(async () => {
    await using chat = await secureChat({
      ws: {
        observer: (record) => records.push(JSON.stringify(record)),
        authenticateToken(token) {
          if (token === secrets.broken) throw new Error(`jwt malformed: ${token}`);
          return chat.users.get(token) ?? null;
        },
      },
      isLoud: true,
    });
    chat.users.set(secrets.good, { tenant: "acme", id: "ada" });
    const { ticket } = JSON.parse(await (await chat.fetch("POST", "/ticket", null)).text().catch(() => "{}"));
    expect(ticket).toBeUndefined();

    const sayFirst = async (frame: object | string) => {
      await using client = chat.connect(null);
      client.socket.on("message", (data) => answered.push(String(data)));
      await client.next();
      client.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
      const next = await Promise.race([client.next(), client.closed]);
      return typeof next === "number" ? next : Object.keys(next)[0];
    };
    expect(await sayFirst({ authenticate: { token: secrets.good } })).toBe("authenticated");
    expect(await sayFirst({ authenticate: { token: secrets.bad } })).toBe(4401);
    expect(await sayFirst({ authenticate: { ticket: secrets.bad } })).toBe(4401);
    expect(await sayFirst({ authenticate: { token: secrets.broken } })).toBe(4000);
    expect(await sayFirst({ authenticate: { token: { odd: secrets.odd } } })).toBe(4401);
    expect(await sayFirst(`{"authenticate":{"token":"${core(secrets.odd)}`)).toBe(4401);

    await using known = chat.connect(null);
    known.socket.on("message", (data) => answered.push(String(data)));
    await known.next();
    known.send({ authenticate: { token: secrets.good, capabilities: ["timeline", "auth"] } });
    await known.next();
    known.send({ authenticate: { token: secrets.bad } });
    expect(await known.next()).toMatchObject({ error: { code: "unauthenticated" } });
    known.send({ authenticate: { token: secrets.broken } });
    expect(await known.next()).toMatchObject({ error: { code: "internal", retryable: true } });
    answered.push(JSON.stringify(chat.sockets.connections()), JSON.stringify(await chat.hub.errors()));
  });
  expect(records.length).toBeGreaterThan(10);
  expect(output).toContain("jwt malformed: [secret]");
  const everything = [output, ...records, ...answered].join("\n");
  for (const secret of Object.values(secrets)) expect(everything).not.toContain(core(secret));
  expect(everything).not.toContain("forged");
});

it("X31 X2 a client tells nobody its token or ticket, and puts neither into an address", async () => {
  await using chat = await secureChat();
  chat.access.set(key("acme", "s1"), { owner: "ada" });
  const token = core(canary("token"));
  chat.users.set(token, { tenant: "acme", id: "ada" });
  for (const socketCredentials of ["token", "ticket"] as const) {
    const said: string[] = [];
    const addresses: string[] = [];
    const tickets: string[] = [];
    class Watched extends WebSocket {
      constructor(url: string) {
        super(url, { origin: "https://app.example" });
        addresses.push(url);
      }
    }
    const backend = sessionstreamBackend({
      url: `http://${chat.host}/api/chat`,
      webSocket: Watched,
      socketCredentials,
      getToken: () => token,
      beforeRequest: (_, init) => ({
        ...init,
        headers: { ...Object.fromEntries(new Headers(init.headers)), origin: "https://app.example" },
      }),
      fetch: async (input, init) => {
        addresses.push(String(input));
        const response = await fetch(input, init);
        const { ticket } = await response.clone().json();
        if (typeof ticket === "string") tickets.push(ticket);
        return response;
      },
      onDiagnostic: (diagnostic) =>
        said.push(JSON.stringify(diagnostic, (_, value) => (typeof value === "bigint" ? `${value}` : value))),
    });
    const observer = recordingObserver(createManualPlatform());
    const ready = new Promise<void>((resolve) => {
      observer.hydration = ({ type }) => {
        if (type === "ready") resolve();
      };
    });
    backend.open(sessionId("s1"), observer);
    await ready;
    backend.close();
    expect(said.length).toBeGreaterThan(1);
    expect(tickets).toHaveLength(socketCredentials === "ticket" ? 1 : 0);
    const everything = [...said, ...addresses].join("\n");
    for (const secret of [token, ...tickets]) expect(everything).not.toContain(secret);
  }
});
