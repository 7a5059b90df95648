// Writes the golden log of a release: `npm run golden-log -- 0.1.0`. One that is there is never written again.
import { writeFileSync } from "node:fs";
import { memoryStorage } from "@sessionstream/server-node";
import { contentsOf, GOLDEN_SESSION, GOLDEN_USER, goldenScene, printGoldenLog } from "./golden-log.ts";

const PROMPTS = [
  "hello",
  "think, then show a tool",
  "a tool that fails",
  "show a widget",
  "a card, please",
  "change the agent mode",
  "warn me, then fail",
  "a table and some code",
  "long",
];

const version = process.argv[2] ?? "";
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error("Say which release it is: npm run golden-log -- 0.1.0");

const storage = memoryStorage();
const { hub, service, platform } = goldenScene(storage);
const target = { principal: GOLDEN_USER, session: GOLDEN_SESSION.session };
await service.createSession({ ...target, profile: "demo" });
for (const prompt of PROMPTS) {
  await service.submitPrompt({ ...target, prompt });
  await platform.settle();
  await platform.advance(60_000);
}
await hub.drain();
const path = new URL(`./logs/${version}.json`, import.meta.url);
writeFileSync(path, printGoldenLog(await contentsOf(storage)), { flag: "wx" });
