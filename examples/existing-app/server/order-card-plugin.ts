import { fromJson } from "@bufbuild/protobuf";
import { defineEntityKind, defineEvent, event, on, put } from "@sessionstream/server-node";
import { defineChatPlugin } from "@sessionstream/server-node/chat";
import { OrderCardSchema, OrderShownSchema } from "../src/gen/orders/v1/orders_pb.ts";

/** A fact in the log: the assistant showed an order. */
const OrderShown = defineEvent("OrderShown", OrderShownSchema);

/** What is derived from it: a row of the transcript, drawn by the app's own renderer. */
const OrderCard = defineEntityKind("OrderCard", OrderCardSchema, { row: true });

/** Turns the engine's "order-card" reports into events, and those into cards. */
export function orderCardPlugin() {
  return defineChatPlugin({
    name: "order-card",
    version: 1,
    events: [OrderShown],
    kinds: [OrderCard],
    project: [on(OrderShown, ({ payload: { card }, id }) => (card === undefined ? [] : [put(OrderCard, id, card)]))],
    onRun: () => (report) => {
      if (report.type !== "custom" || report.name !== "order-card") return undefined;
      return [event(OrderShown, { card: fromJson(OrderCardSchema, report.payload) })];
    },
  });
}
