// Writes a golden log of a release: `npm run golden-log -- 0.1.0 [part]`. One that is there is never written again.
import { writeFileSync } from "node:fs";
import type { ApprovalEntity } from "@sessionstream/protocol/chat/v1";
import { memoryStorage } from "@sessionstream/server-node";
import { type ApprovalDecision, ChatApproval } from "@sessionstream/server-node/chat";
import { contentsOf, GOLDEN_SESSION, GOLDEN_USER, goldenScene, printGoldenLog } from "./golden-log.ts";

interface Said {
  readonly prompt: string;
  /** To the call it asks about. */
  readonly answer?: ApprovalDecision;
}

const PARTS: Readonly<Record<string, readonly Said[]>> = {
  "": [
    { prompt: "hello" },
    { prompt: "think, then show a tool" },
    { prompt: "a tool that fails" },
    { prompt: "show a widget" },
    { prompt: "a card, please" },
    { prompt: "change the agent mode" },
    { prompt: "warn me, then fail" },
    { prompt: "a table and some code" },
    { prompt: "long" },
  ],
  approvals: [
    { prompt: "delete the file", answer: "approve" },
    { prompt: "delete it again", answer: "deny" },
    { prompt: "delete what nobody looks at" },
  ],
};

const [version = "", part = ""] = process.argv.slice(2);
const conversation = PARTS[part];
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error("Say which release it is: npm run golden-log -- 0.1.0");
if (conversation === undefined) throw new Error(`There is no part "${part}"`);

const storage = memoryStorage();
const { hub, service, platform } = goldenScene(storage);
const target = { principal: GOLDEN_USER, session: GOLDEN_SESSION.session };

async function answerAll(decision: ApprovalDecision): Promise<void> {
  const { entities = [] } = (await service.snapshot(target)) ?? {};
  for (const { kind, id, open, payload } of entities) {
    if (kind !== ChatApproval || !open) continue;
    // CAST: an entity of this kind has its payload.
    const { digest } = payload as ApprovalEntity;
    await service.answerApproval({ ...target, approvalId: id, digest, decision, reason: "as recorded" });
  }
}

await service.createSession({ ...target, profile: "demo" });
for (const { prompt, answer } of conversation) {
  await service.submitPrompt({ ...target, prompt });
  await platform.settle();
  if (answer !== undefined) await answerAll(answer);
  await platform.advance(part === "approvals" ? 20 * 60_000 : 60_000);
}
await hub.drain();
const path = new URL(`./logs/${[version, part].filter(Boolean).join("-")}.json`, import.meta.url);
writeFileSync(path, printGoldenLog(await contentsOf(storage)), { flag: "wx" });
