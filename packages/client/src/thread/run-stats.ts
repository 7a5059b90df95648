/**
 * Owns what a thread's runs cost and how long they took, read from run entities (K26). While an answer grows, its tokens
 * are estimated from its text; the provider's own count replaces the estimate.
 */
import { isJsonObject } from "@sessionstream/protocol";
import type { TimelineEntity } from "../timeline/entity.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { CHAT_KINDS } from "./chat-payload.ts";
import { runStateOf } from "./run-state.ts";

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly cacheReadInputTokens: number;
}

export interface RunStats {
  readonly runId: string;
  readonly model: string;
  readonly active: boolean;
  /** `null` until the provider said. */
  readonly usage: TokenUsage | null;
  /** From the text so far, while there is no usage. */
  readonly estimatedOutputTokens: number;
  /** Milliseconds; `null` while it is not over. */
  readonly durationMs: number | null;
  readonly stopReason: string;
}

export interface ThreadStats {
  /** The latest run. */
  readonly latest: RunStats | null;
  /** Of runs that ended and whose usage is known; others do not count. */
  readonly completedRuns: number;
  readonly totals: TokenUsage;
}

const COUNTS = [
  "inputTokens",
  "outputTokens",
  "cachedTokens",
  "cacheCreationInputTokens",
  "cacheReadInputTokens",
] as const satisfies readonly (keyof TokenUsage)[];

const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cacheCreationInputTokens: 0,
  cacheReadInputTokens: 0,
};
/** The usual rule of thumb. */
const CHARACTERS_PER_TOKEN = 4;

export function threadStats(timeline: Timeline): ThreadStats {
  const entities = timeline.getOrder().flatMap((key) => timeline.getEntity(key) ?? []);
  const runs = entities.filter((entity) => entity.kind === CHAT_KINDS.run);
  const latest = runs.at(-1);
  const completed = runs.flatMap((run) => (isActive(run) ? [] : (usageOf(run.payload["usage"]) ?? [])));
  return {
    latest: latest === undefined ? null : statsOf(latest, entities),
    completedRuns: completed.length,
    totals: completed.reduce(add, NO_USAGE),
  };
}

function statsOf(run: TimelineEntity, entities: readonly TimelineEntity[]): RunStats {
  const { payload } = run;
  const [startedAt, endedAt] = [numberOf(payload["startedAt"]), numberOf(payload["endedAt"])];
  const usage = usageOf(payload["usage"]);
  return {
    runId: run.id,
    model: textOf(payload["model"]),
    active: isActive(run),
    usage,
    estimatedOutputTokens: usage === null ? estimate(textOf(payload["messageId"]), entities) : 0,
    durationMs: startedAt > 0 && endedAt >= startedAt ? endedAt - startedAt : null,
    stopReason: textOf(payload["stopReason"]),
  };
}

function isActive(run: TimelineEntity): boolean {
  const state = runStateOf(run);
  return state.type === "run" && state.active;
}

/** Everything a run writes has an id that begins with its root message's. */
function estimate(root: string, entities: readonly TimelineEntity[]): number {
  if (root === "") return 0;
  const said = entities.filter(({ kind, id }) => kind === CHAT_KINDS.message && id.startsWith(`${root}:`));
  const characters = said.reduce((sum, { payload }) => sum + textOf(payload["content"]).length, 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function usageOf(value: unknown): TokenUsage | null {
  if (!isJsonObject(value)) return null;
  const counts = COUNTS.map((name) => [name, numberOf(value[name])] as const);
  return counts.some(([, count]) => count > 0) ? { ...NO_USAGE, ...Object.fromEntries(counts) } : null;
}

function add(a: TokenUsage, b: TokenUsage): TokenUsage {
  const sums = COUNTS.map((name) => [name, a[name] + b[name]] as const);
  return { ...NO_USAGE, ...Object.fromEntries(sums) };
}

/** Providers report numbers as text, too; anything else is nothing. */
function numberOf(value: unknown): number {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number > 0 ? number : 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
