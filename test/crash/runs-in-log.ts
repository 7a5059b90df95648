/**
 * Owns what the log must say of runs: one end each, nothing of them after it, and no word of an answer in another
 * message than its own.
 */
import type { StoredEvent } from "@sessionstream/server-node";
import { expect } from "vitest";
import { recitedAnswer } from "./chat-under-test.ts";

interface RunInLog {
  readonly messageId: string;
  readonly prompt: string;
  text: string;
  ends: number;
}

/** What the events of a run have in common, as they are stored. */
interface RunPayload {
  readonly messageId?: string;
  readonly prompt?: string;
  readonly text?: string;
  readonly correlation?: { readonly runId?: string };
}

/** Those that were begun and have no end: whoever answered them is gone. */
export function orphanedRuns(log: readonly StoredEvent[]): readonly string[] {
  const orphans = new Set<string>();
  for (const { name, payload } of log) {
    // CAST: as below.
    const runId = (JSON.parse(payload) as RunPayload).correlation?.runId ?? "";
    if (name === "ChatRunStarted") orphans.add(runId);
    if (ENDS.has(name)) orphans.delete(runId);
  }
  return [...orphans];
}

const ENDS = new Set(["ChatRunFinished", "ChatRunStopped", "ChatRunFailed", "ChatRunInterrupted"]);

/** @returns how the runs ended, in the order of the log. */
export function expectRunsSound(log: readonly StoredEvent[]): readonly string[] {
  const ends: string[] = [];
  const runs = new Map<string, RunInLog>();
  for (const { name, payload } of log) {
    // CAST: every event of the chat that names a run has these fields.
    const { messageId = "", prompt = "", text = "", correlation } = JSON.parse(payload) as RunPayload;
    const runId = correlation?.runId ?? "";
    if (name === "ChatRunQueued") runs.set(runId, { messageId, prompt, text: "", ends: 0 });
    const run = runs.get(runId);
    if (run === undefined) continue;
    expect(run.ends, `${name} after the end of run ${runId}`).toBe(0);
    if (ENDS.has(name)) {
      run.ends += 1;
      ends.push(name);
    }
    if (name !== "ChatTextPatch") continue;
    expect(messageId.startsWith(`${run.messageId}:`), `a delta of ${run.messageId} in ${messageId}`).toBe(true);
    run.text += text;
  }
  for (const { prompt, text } of runs.values()) {
    const whole = recitedAnswer(prompt);
    if (whole !== null)
      expect(whole.startsWith(text), `"${text}" is a beginning of the answer to "${prompt}"`).toBe(true);
  }
  return ends;
}
