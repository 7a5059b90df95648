/** Owns what crash tests set up: a file of their own, servers on it, commands to send. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, type TestContext } from "vitest";
import { type BundledProgram, bundleProgram } from "../setup/bundle-program.ts";
import { PROMPTS, recital } from "./chat-under-test.ts";
import { CrashingServer, type DieAt, type SentCommand } from "./crashing-server.ts";

/** Tests run side by side, so each brings its own hook. */
type Cleanup = TestContext["onTestFinished"];

export function aFile(onTestFinished: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-crash-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "chat.db");
}

export function aCommand(name: string | number, session = "session-1"): SentCommand {
  const id = `command-${name}`;
  const prompt = PROMPTS[[...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % PROMPTS.length] ?? "hello";
  return { id, session, prompt };
}

/** Its answer streams for as long as the test needs it. */
export function aRecital(name: string | number, session = "recitals"): SentCommand {
  return { id: `recital-${name}`, session, prompt: recital(`answer ${name}`) };
}

/** Call it once in a file: starts servers of one bundle. */
export function crashServers(timeoutMs: number) {
  let bundle: BundledProgram;
  beforeAll(async () => {
    bundle = await bundleProgram(new URL("./crash-server.ts", import.meta.url));
    return () => bundle.remove();
  }, timeoutMs);
  return async function aServer(onTestFinished: Cleanup, path: string, dieAt?: DieAt): Promise<CrashingServer> {
    const server = new CrashingServer(bundle.program, path, dieAt);
    onTestFinished(() => server.kill());
    await server.start();
    return server;
  };
}
