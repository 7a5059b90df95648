import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";

/** One step in the evolution of a payload: what an older schema said, in the words of a newer one. */
export interface Upcaster<From extends DescMessage = DescMessage, To extends DescMessage = DescMessage> {
  readonly from: From;
  readonly to: To;
  /** A method, so that an upcaster of two schemas is usable where any is wanted. */
  upcast(payload: MessageShape<From>): MessageShape<To>;
}

/**
 * Declares how a stored payload of `from` is read as one of `to`. What is stored never changes: the step runs at every
 * read, so it is pure and total. Steps follow one another until the schema is the event's or the kind's own.
 */
export function defineUpcaster<From extends DescMessage, To extends DescMessage>(
  from: From,
  to: To,
  change: (payload: MessageShape<From>) => MessageInitShape<To>,
): Upcaster<From, To> {
  return { from, to, upcast: (payload) => create(to, change(payload)) };
}
