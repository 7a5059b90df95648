/**
 * One answer in a process that has only loaded its thread: what a page pays that has just been opened. Says how much
 * CPU and wall time it took from the answer's first byte to the last notification.
 */

import { entityKey } from "@sessionstream/protocol";
import { aiSdkAnswer, aiSdkThread, readAnswer } from "../fixtures/ai-sdk-chat.ts";
import { ANSWER_ID, answerFrames, SESSION, threadSnapshot } from "../fixtures/answer-frames.ts";
import { bareClient, bareThread } from "../fixtures/bare-client.ts";
import { fedClient } from "../fixtures/fed-client.ts";
import { prose, tokens } from "../fixtures/tokens.ts";
import { sayAndEnd } from "../run-process.ts";

const [reader = "", messages = "50", count = "2000"] = process.argv.slice(2);
const threadLength = Number(messages);
const deltas = Number(count);

const run = prepare();
const cpuStart = process.cpuUsage();
const wallStart = process.hrtime.bigint();
await run();
const wall = Number(process.hrtime.bigint() - wallStart) / 1_000;
const { user, system } = process.cpuUsage(cpuStart);
sayAndEnd({ cpu: user + system, wall });

function prepare(): () => unknown {
  switch (reader) {
    case "client":
      return client(1);
    case "client, 3 tokens a frame":
      return client(3);
    case "bound":
      return bound();
    case "ai-sdk": {
      const thread = aiSdkThread(threadLength);
      const answer = aiSdkAnswer(tokens(deltas));
      return () => readAnswer(thread, answer);
    }
    default:
      throw new Error(`nobody is called "${reader}"`);
  }
}

/** At 100 tokens a second the server's chat layer gathers 3 of them for a frame. */
function client(batch: number): () => void {
  const frames = [...answerFrames(threadLength, Math.round(deltas / batch), batch)].map((text) => Buffer.from(text));
  const { thread, receive, showFrame } = fedClient(SESSION, (id) => threadSnapshot(threadLength, id));
  return () => {
    let notified = 0;
    thread.timeline.subscribeEntity(entityKey("ChatMessage", ANSWER_ID), () => {
      notified += 1;
    });
    for (const [index, frame] of frames.entries()) {
      receive(frame.toString());
      if (index % 16 === 15) showFrame();
    }
    showFrame();
    if (notified === 0) throw new Error("nobody was told");
  };
}

function bound(): () => void {
  const frames = [...answerFrames(threadLength, deltas)].map((text) => Buffer.from(text));
  const entities = bareThread(threadLength, prose(400));
  return () => {
    let notified = 0;
    const { receive, showFrame } = bareClient(entities, `${threadLength}`, () => {
      notified += 1;
    });
    for (const [index, frame] of frames.entries()) {
      receive(frame.toString());
      if (index % 16 === 15) showFrame();
    }
    showFrame();
    if (notified === 0) throw new Error("nobody was told");
  };
}
