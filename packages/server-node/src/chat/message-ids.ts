import { SessionStreamError } from "@sessionstream/protocol";

/**
 * Owns how the ids of a run's messages are made of its root id, the reference's scheme: everything a run writes has
 * an id that begins with its root, and nothing else may look as if it did.
 */
export type SegmentToken = "text" | "thinking" | (string & {});

const RESERVED = [/:text:/, /:thinking:/, /-user$/, /:warning(:\d+)?$/];

/** @throws SessionStreamError `invalid_options` for an id whose derived ids could not be told apart. */
export function checkRootMessageId(id: string): string {
  const trimmed = id.trim();
  if (trimmed === "" || RESERVED.some((shape) => shape.test(trimmed))) {
    throw new SessionStreamError(
      "invalid_options",
      `"${id}" cannot be a message id: it must not be empty, contain ":text:" or ":thinking:", or end in "-user" or ":warning"`,
    );
  }
  return trimmed;
}

export function userMessageId(root: string): string {
  return `${root}-user`;
}

export function segmentMessageId(root: string, token: SegmentToken, segment: number): string {
  return `${root}:${token}:${segment}`;
}

export function warningMessageId(root: string, count: number): string {
  return count === 1 ? `${root}:warning` : `${root}:warning:${count}`;
}

export function toolResultId(toolCallId: string): string {
  return `${toolCallId}:result`;
}

const SEGMENT = /^(?<root>.*):(?<token>[a-z]+):(?<segment>\d+)$/;

/** What a segment's id says about it; `undefined` for ids made otherwise. */
export function parseSegmentMessageId(id: string): { readonly root: string; readonly segment: number } | undefined {
  const groups = SEGMENT.exec(id)?.groups;
  return groups?.["root"] === undefined ? undefined : { root: groups["root"], segment: Number(groups["segment"]) };
}
