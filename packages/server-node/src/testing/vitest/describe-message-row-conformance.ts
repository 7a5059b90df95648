import type { MessageRowStore } from "@sessionstream/protocol/message-rows";
import { describe, it } from "vitest";
import { messageRowCases, rowSkipReason } from "../message-row-conformance/message-row-cases.ts";

/** Runs the exam of a messages table; `open` makes a store nobody has written to, once per case. */
export function describeMessageRowConformance(
  name: string,
  open: () => MessageRowStore | Promise<MessageRowStore>,
): void {
  describe(`message row conformance: ${name}`, () => {
    for (const item of messageRowCases) {
      it(`${item.id} ${item.title}`, async ({ skip }) => {
        const store = await open();
        const reason = rowSkipReason(item, store);
        if (reason !== null) skip(reason);
        await item.run(store);
      });
    }
  });
}
