/** Conversations to look at: commits for a fake hub's session that show every widget with lifelike content. */
import type { LocalChange } from "@sessionstream/client";
import { assistantMessage, reasoning, run, toolCall, toolResult, userMessage } from "@sessionstream/client/testing";

/** Commits in order; write each with `session.commit(commit)`. */
export type StoryScript = readonly (readonly LocalChange[])[];

export const SAMPLE_MARKDOWN = `Your order **#4021** left the warehouse this morning. Here is what happens next:

1. The parcel is scanned in *Lyon* tonight.
2. It reaches your local depot on Thursday.
3. Delivery is planned for **Friday, 9–12 h**.

| Item | Quantity | Price |
|---|:---:|---:|
| Walnut desk organiser | 1 | € 48.00 |
| Brass page markers | 3 | € 13.50 |

You can follow it with \`GET /orders/4021/tracking\`, or in code:

\`\`\`ts
const order = await orders.get("4021");
console.log(order.tracking.url);
\`\`\`

> Signature on delivery is required for orders above € 50.

Anything else? The [shipping policy](https://example.com/shipping) has the details.`;

const LOOKUP_INPUT = JSON.stringify({ orderId: "4021", include: ["tracking", "items"] });
const LOOKUP_RESULT = JSON.stringify({
  id: "4021",
  status: "shipped",
  carrier: { name: "Colissimo", tracking: "8R0042311857" },
  items: [
    { sku: "DESK-WAL-01", quantity: 1 },
    { sku: "MARK-BRS-03", quantity: 3 },
  ],
  giftWrap: false,
});

/** A finished turn with reasoning, a tool call and an answer in markdown. */
export const FINISHED_TURN: StoryScript = [
  [userMessage({ id: "u1", text: "Where is my order 4021?" }), run("r1", "running", { messageId: "a1" })],
  [
    reasoning({
      id: "a1:thinking:1",
      text: "The customer asks about order 4021. I should look it up before I say anything about its state.",
    }),
  ],
  [toolCall("t1", { toolName: "lookup_order", input: LOOKUP_INPUT, status: "completed" })],
  [toolResult("t1", "lookup_order", LOOKUP_RESULT)],
  [assistantMessage({ id: "a1:text:1", text: SAMPLE_MARKDOWN })],
  [run("r1", "finished", { messageId: "a1" })],
];

/** A turn under way: text still grows, see `appendText`. */
export const STREAMING_TURN: StoryScript = [
  [userMessage({ id: "u2", text: "Can I still change the address?" }), run("r2", "running", { messageId: "a2" })],
  [
    assistantMessage({
      id: "a2:text:1",
      text: "Almost. Once a parcel has left the warehouse, the carrier decides. What you can do **right now**:\n\n- redirect it to a pick-up point\n- name a neighbour who",
      streaming: true,
    }),
  ],
];

/** A turn that is thinking and calling a tool. */
export const WORKING_TURN: StoryScript = [
  [
    userMessage({ id: "u3", text: "Then send it to a pick-up point near me." }),
    run("r3", "running", { messageId: "a3" }),
  ],
  [
    reasoning({
      id: "a3:thinking:1",
      text: "I need the pick-up points around the delivery address first",
      streaming: true,
    }),
  ],
  [
    toolCall("t3", {
      toolName: "find_pickup_points",
      input: JSON.stringify({ near: "12 rue des Lilas, Lyon", radiusKm: 2 }),
      status: "running",
      executing: true,
    }),
  ],
];

/** A turn whose run failed after some text. */
export const FAILED_TURN: StoryScript = [
  [userMessage({ id: "u4", text: "Summarise our conversation." }), run("r4", "running", { messageId: "a4" })],
  [assistantMessage({ id: "a4:text:1", text: "You asked about order 4021, which left the warehouse" })],
  [
    run("r4", "failed", {
      messageId: "a4",
      error: "The model did not answer in time. Your message is kept.",
      errorCode: "engine_failed",
      retryable: true,
    }),
  ],
];

/** A long thread of `turns` questions and answers. */
export function longThread(turns: number): StoryScript {
  return Array.from({ length: turns }, (_, index) => [
    userMessage({ id: `lu${index}`, text: `Question ${index + 1}: what changed in release ${index + 1}?` }),
    assistantMessage({
      id: `la${index}`,
      text: `Release **${index + 1}** brings three changes:\n\n- faster start\n- smaller downloads\n- a fix for issue \`#${100 + index}\``,
    }),
  ]);
}
