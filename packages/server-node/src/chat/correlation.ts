import { create } from "@bufbuild/protobuf";
import { type CorrelationInfo, CorrelationInfoSchema } from "@sessionstream/protocol/chat/v1";

/** Field by field, the later one that is not empty wins: a sparse event never erases what an earlier one said. */
export function mergeCorrelation(
  before: CorrelationInfo | undefined,
  after: CorrelationInfo | undefined,
): CorrelationInfo | undefined {
  if (before === undefined || after === undefined) return after ?? before;
  return create(CorrelationInfoSchema, {
    sessionId: after.sessionId || before.sessionId,
    runId: after.runId || before.runId,
    turnId: after.turnId || before.turnId,
    providerCallId: after.providerCallId || before.providerCallId,
    segmentId: after.segmentId || before.segmentId,
    toolCallId: after.toolCallId || before.toolCallId,
  });
}

/** The run an event belongs to. Reference producers without correlation are told apart by the root message. */
export function runIdOf(payload: {
  readonly correlation?: CorrelationInfo | undefined;
  readonly messageId: string;
}): string {
  return payload.correlation?.runId || payload.messageId;
}
