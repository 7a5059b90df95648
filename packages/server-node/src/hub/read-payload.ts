/**
 * Owns how a stored payload becomes one of today's schema: as it is, or step by step from the schema it was written
 * with. Registration makes sure that the steps arrive.
 */
import type { DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { decodePayload, type PayloadRegistry, payloadTypeName } from "@sessionstream/protocol/codec";
import type { Upcaster } from "../event/upcaster.ts";

interface Evolving<Desc extends DescMessage> {
  readonly schema: Desc;
  readonly upcasters: readonly Upcaster[];
}

/** @throws SessionStreamError `invalid_event`, or whatever a step throws. */
export function readPayload<Desc extends DescMessage>(
  { schema, upcasters }: Evolving<Desc>,
  text: string,
  payloads: PayloadRegistry,
): MessageShape<Desc> {
  const typeName = upcasters.length === 0 ? null : payloadTypeName(text);
  let step = upcasters.find(({ from }) => from.typeName === typeName);
  if (step === undefined) return decodePayload(schema, text, payloads);
  let payload: Message = decodePayload(step.from, text, payloads);
  while (step !== undefined) {
    payload = step.upcast(payload);
    const { to }: Upcaster = step;
    step = upcasters.find(({ from }) => from === to);
  }
  // CAST: the last step leads to `schema`; `findBrokenStep` saw to it.
  return payload as MessageShape<Desc>;
}

/** What is wrong with the steps, in words; `null`: each leads to `schema`. */
export function findBrokenStep({ schema, upcasters }: Evolving<DescMessage>): string | null {
  const next = new Map<DescMessage, DescMessage>();
  for (const { from, to } of upcasters) {
    if (from === schema) return `has an upcaster from its own schema ${schema.typeName}`;
    if (next.has(from)) return `has two upcasters from ${from.typeName}`;
    next.set(from, to);
  }
  for (const { from } of upcasters) {
    let reached: DescMessage | undefined = from;
    // Longer than there are steps is in a circle.
    for (let steps = 0; steps < upcasters.length && reached !== schema; steps += 1) {
      reached = reached === undefined ? undefined : next.get(reached);
    }
    if (reached !== schema) return `has an upcaster from ${from.typeName} that does not lead to ${schema.typeName}`;
  }
  return null;
}
