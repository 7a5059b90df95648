/** What the demo engine has to say. */

export const INTRODUCTION = `Hello! I am a demo: no model answers here, and the same prompt always gets the same answer.

Ask me to **think**, to show a **tool** (or one where the tool fails), a **card**, a **widget**, another **agent mode**, to **delete** a file (I ask you first), a **table**, **code** or all of **markdown**; to be **long** or **slow**, to **warn**, or to **fail**. While I type, reload the page, open a second tab, or press stop.`;

export const REASONING =
  "The question has two parts. First I find out what is known, then I check whether that is enough to answer. It is, so I answer briefly and say where it comes from.";

export const ORDERS = {
  orders: [
    { id: 1042, customer: "Ada", status: "packed" },
    { id: 1057, customer: "Grace", status: "open" },
    { id: 1061, customer: "Edsger", status: "open" },
  ],
};

export const MODE_ANALYSIS =
  "• it is about orders that exist • nothing is to be written\n\nOther questions go back to conversation.";

/** Properties of the demo's widget: the app that shows it has a component of this name. */
export const STOCK_WIDGET = "stock-list";
export const STOCK = [
  { name: "Cedar bench, 160 cm", left: 4 },
  { name: "Linen parasol", left: 0 },
  { name: "Teak side table", left: 12 },
];

export const TABLE = `| order | customer | total |
|---|---|---:|
| 1042 | Ada | 59.90 |
| 1057 | Grace | 12.00 |
| 1061 | Edsger | 230.50 |`;

export const LIST = `Three things to know:

1. An answer goes on when you leave.
2. A reload shows what you would have seen.
3. *Stop* stops it, from any tab.

> All of it is derived from one log.`;

export const CODE = `\`\`\`ts
export function total(orders: readonly Order[]): number {
  return orders.reduce((sum, order) => sum + order.total, 0);
}
\`\`\``;

const CHAPTERS = ["commands", "events", "projections", "storage", "subscribers", "clients", "widgets", "people"];

export const LONG = CHAPTERS.map(
  (subject, at) => `### ${at + 1}. Of ${subject}

This part speaks of ${subject}, at a length that lets you scroll while it grows. Whoever stays at the bottom follows it; whoever scrolls up stays where they are. Each word comes in a delta, deltas are gathered for a few milliseconds, and what is gathered becomes one event in the log.

What is in the log is never taken back. From it ${subject} can be shown again after a reload, in a second tab, or on another machine, and at every moment the text is the one that an uninterrupted reader would see. That holds for short answers as for long ones; in long ones it is only easier to watch.`,
).join("\n\n");
