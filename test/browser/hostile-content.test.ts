/** Hostile text in a real browser: whole and while it grows, wherever the kit shows text, under the strictest policy. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import sirv from "sirv";
import { describe, expect, inject, it } from "vitest";
import { chromiumArgs, findChromium } from "../../scripts/chromium.ts";
import { type HostileDocument, readCorpus } from "../render-security/corpus.ts";
import { readNetLog } from "./harness/net-log.ts";

const ALLOWED = "http://cdn.example/pictures/";
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self' ws:",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];
const AT_ONCE = 30;
/** Looked up at the end on purpose: a log that does not show this one shows nothing. */
const CONTROL = "control.example";
/** Browsers have business of their own. */
const OF_THE_BROWSER = /^https?:\/\/(?:[a-z-]+\.)*(?:googleapis|google)\.com\//;

const corpus = readCorpus();

describe("hostile text in Chromium", () => {
  it("X19 X25 X26 none of the corpus runs, loads or breaks anything, in any place and at any length", async () => {
    expect(corpus.length).toBeGreaterThanOrEqual(450);
    const { problems, outside } = await showAll(corpus, { policy: POLICY, allow: [] });
    expect(problems).toEqual([]);
    expect(outside).toEqual([]);
  }, 300_000);

  it("X21 X22 with images allowed from one place, nothing is asked for anywhere else", async () => {
    const policy = POLICY.map((rule) => (rule.startsWith("img-src") ? "img-src http: https: data:" : rule));
    const documents = corpus.filter(({ family }) => ["images", "streaming", "links"].includes(family));
    const { problems, outside } = await showAll(documents, { policy, allow: [ALLOWED] });
    expect(problems).toEqual([]);
    const strangers = outside.filter((address) => !address.startsWith(ALLOWED));
    expect(strangers).toEqual([]);
    // The rule is not "nothing at all"; what is far below is loaded when somebody gets there.
    expect(outside).not.toEqual([]);
    // Half a name is another name, and is never asked for.
    const slow = `${ALLOWED}secret-typed-letter-by-letter.png`;
    expect(outside.filter((address) => address !== slow && slow.startsWith(address))).toEqual([]);
  }, 300_000);
});

interface Surroundings {
  readonly policy: readonly string[];
  readonly allow: readonly string[];
}

interface Outcome {
  readonly problems: readonly string[];
  /** What was looked up or asked for, other than the page itself. */
  readonly outside: readonly string[];
}

async function showAll(documents: readonly HostileDocument[], { policy, allow }: Surroundings): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-hostile-"));
  const log = join(folder, "net.json");
  const server = await servePage(policy);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? "",
    args: [
      ...chromiumArgs,
      `--log-net-log=${log}`,
      `--host-resolver-rules=MAP cdn.example 127.0.0.1:${server.port}, MAP evil.example 127.0.0.1:9`,
    ],
  });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("dialog", (dialog) => {
      problems.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("pageerror", (error) => problems.push(`an error: ${error.message}`));
    page.on("popup", (popup) => problems.push(`another window: ${popup.url()}`));
    page.on("crash", () => problems.push("the page died"));
    await page.addInitScript(watch);
    await page.goto(`${server.url}/hostile/`);
    page.on("framenavigated", (frame) => problems.push(`a navigation to ${frame.url()}`));

    for (const [places, batch] of batches(documents)) {
      const parameters = {
        documents: batch.map(({ name, text }) => ({ name, text })),
        places,
        images: { allow, data: allow.length > 0 },
      };
      problems.push(...(await page.evaluate(showInPage, parameters)));
    }
    problems.push(...(await page.evaluate(whatWasSeen)));
    expect(await page.title()).toBe("Hostile text");
    page.removeAllListeners();
    await page.goto(`http://${CONTROL}/`, { timeout: 5_000 }).catch(() => undefined);
    await browser.close();
    const { requests, lookups } = readNetLog(log);
    const own = new URL(server.url).host;
    const hosts = [...lookups].filter((host) => /\.example\b/.test(host));
    expect(hosts.filter((host) => host.includes(CONTROL))).not.toEqual([]);
    const outside = [
      ...[...requests].filter((address) => !isOwn(address, own) && address !== `http://${CONTROL}/`),
      ...hosts.filter((host) => !host.includes(CONTROL) && !host.includes("cdn.example")),
    ];
    return { problems, outside };
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of one family each, and what is costly by itself. */
function* batches(
  documents: readonly HostileDocument[],
): Generator<[places: string, batch: readonly HostileDocument[]]> {
  for (const family of new Set(documents.map((document) => document.family))) {
    const members = documents.filter((document) => document.family === family);
    const costly = family === "render-cost";
    const size = costly ? 5 : AT_ONCE;
    for (let start = 0; start < members.length; start += size) {
      yield [costly ? "answer" : "everywhere", members.slice(start, start + size)];
    }
  }
}

function isOwn(address: string, own: string): boolean {
  return !/^(?:https?|wss?):/.test(address) || OF_THE_BROWSER.test(address) || new URL(address).host === own;
}

interface ServedPage {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

async function servePage(policy: readonly string[]): Promise<ServedPage> {
  const files = sirv(join(inject("builtFolder"), "dist"), {
    setHeaders: (response) => response.setHeader("content-security-policy", policy.join("; ")),
  });
  const server = createServer((request, response) =>
    files(request, response, () => {
      response.statusCode = 404;
      response.end();
    }),
  ).listen(0);
  await once(server, "listening");
  // CAST: a TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Runs in the page, before anything else. */
function watch(): void {
  const seen: string[] = [];
  const before = Reflect.ownKeys(Object.prototype).length;
  Object.assign(window, { seen, before, canary: () => seen.push("a script ran") });
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
    seen.push(`a violation of ${effectiveDirective}: ${blockedURI} ${sample}`);
  });
}

/** Runs in the page. */
async function showInPage({
  documents,
  places,
  images,
}: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  // CAST: what the page puts there.
  const show = Reflect.get(window, "show") as (...parameters: unknown[]) => Promise<readonly string[]>;
  return show(documents, places, images);
}

/** Runs in the page. */
function whatWasSeen(): readonly string[] {
  // CAST: what `watch` puts there.
  const { seen, before } = window as unknown as { readonly seen: readonly string[]; readonly before: number };
  const polluted = Reflect.ownKeys(Object.prototype).length === before ? [] : ["Object.prototype has grown"];
  return [...seen, ...polluted];
}
