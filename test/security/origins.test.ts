/** Origins a browser or somebody who is none may send, at both doors of one server. */
import { request } from "node:http";
import { expect, it } from "vitest";
import { ORIGIN, type SecureChat, secureChat } from "./harness/secure-chat.ts";

/** All but the first are refused. `HOST` stands for the server's own address. */
const ORIGINS: readonly string[] = [
  ORIGIN,
  "null",
  "",
  " ",
  "*",
  "https://",
  "app.example",
  "//app.example",
  "http://app.example",
  "ws://app.example",
  "wss://app.example",
  "https://app.example/",
  "https://app.example:443",
  "https://app.example:8443",
  "https://app.example:0",
  "https://app.example.",
  "https://app.example..",
  "https://.app.example",
  "https://APP.example",
  "HTTPS://app.example",
  "https://app.example.evil.net",
  "https://evil.net/app.example",
  "https://evil.net#app.example",
  "https://evil.net?https://app.example",
  "https://evil-app.example",
  "https://evilapp.example",
  "https://sub.app.example",
  "https://app.example@evil.net",
  "https://evil.net@app.example",
  "https://user:pass@app.example",
  "https://app.example%2eevil.net",
  "https://app.example%00.evil.net",
  "https://app.example\tevil.net",
  "https://xn--pp-yia.example",
  "https://xn--app-9cd.example",
  "https://127.0.0.1",
  "https://[::1]",
  "http://localhost",
  "http://HOST",
  "https://app.example, https://evil.net",
  "https://app.example https://evil.net",
  "file://",
  "file:///etc/passwd",
  "data:text/html,app.example",
  "blob:https://app.example/1",
  "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "javascript://app.example",
];

/** As raw headers: fetch would not send what no browser sends. */
function post(chat: SecureChat, origin: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`http://${chat.host}/api/chat/sessions`, {
      method: "POST",
      headers: { origin, authorization: "Bearer ada", "content-type": "application/json" },
    });
    asked.once("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.once("error", reject);
    asked.end("{}");
  });
}

async function upgrade(chat: SecureChat, origin: string): Promise<string> {
  await using client = chat.connect("ada", origin);
  return await client.opened.then(
    () => "opened",
    (error: Error) => error.message,
  );
}

it("X3 of some fifty origins the listed one alone gets in, through either door", async () => {
  await using chat = await secureChat();
  chat.users.set("ada", { id: "ada", tenant: "acme" });
  expect(ORIGINS.length).toBeGreaterThanOrEqual(40);
  for (const written of ORIGINS) {
    const origin = written.replace("HOST", chat.host);
    const isListed = origin === ORIGIN;
    const found = { origin, http: await post(chat, origin), socket: await upgrade(chat, origin) };
    const refused = { origin, http: 403, socket: "Unexpected server response: 403" };
    expect(found).toEqual(isListed ? { origin, http: 200, socket: "opened" } : refused);
  }
  expect(chat.hub.stats().sessions).toBe(1);
});

it("X3 without an Origin nobody gets in but where no cookie authenticates, which the app has to say", async () => {
  await using closed = await secureChat();
  await using open = await secureChat({ ws: { allowMissingOrigin: true } });
  for (const chat of [closed, open]) chat.users.set("ada", { id: "ada", tenant: "acme" });
  await using refused = closed.connect("ada", null);
  await expect(refused.opened).rejects.toThrow("403");
  await using admitted = open.connect("ada", null);
  await admitted.opened;
});
