import { describe, it } from "vitest";
import type { MessageRowStore } from "../../chat/message-rows/message-row.ts";
import { messageRowCases } from "../message-row-conformance/message-row-cases.ts";

/** Runs the exam of a messages table; `open` makes a store nobody has written to, once per case. */
export function describeMessageRowConformance(
  name: string,
  open: () => MessageRowStore | Promise<MessageRowStore>,
): void {
  describe(`message row conformance: ${name}`, () => {
    for (const item of messageRowCases) it(`${item.id} ${item.title}`, async () => item.run(await open()));
  });
}
