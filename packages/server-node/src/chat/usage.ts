import { create } from "@bufbuild/protobuf";
import { type UsageInfo, UsageInfoSchema } from "@sessionstream/protocol/chat/v1";

/** Token counts as providers report them: anything may be missing, absurd or not a number. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly cacheCreationInputTokens?: number | undefined;
  readonly cacheReadInputTokens?: number | undefined;
}

const INT32_MAX = 2 ** 31 - 1;

/** Counts saturate instead of failing a run over its bookkeeping. */
function count(tokens: number | undefined): number {
  if (tokens === undefined || Number.isNaN(tokens) || tokens <= 0) return 0;
  return tokens >= INT32_MAX ? INT32_MAX : Math.trunc(tokens);
}

export function usageInfo(usage: TokenUsage): UsageInfo {
  return create(UsageInfoSchema, {
    inputTokens: count(usage.inputTokens),
    outputTokens: count(usage.outputTokens),
    cachedTokens: count(usage.cachedTokens),
    cacheCreationInputTokens: count(usage.cacheCreationInputTokens),
    cacheReadInputTokens: count(usage.cacheReadInputTokens),
  });
}

export function addUsage(a: UsageInfo | undefined, b: UsageInfo | undefined): UsageInfo | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return usageInfo({
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    cacheCreationInputTokens: a.cacheCreationInputTokens + b.cacheCreationInputTokens,
    cacheReadInputTokens: a.cacheReadInputTokens + b.cacheReadInputTokens,
  });
}
