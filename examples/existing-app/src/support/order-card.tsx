import { defineRenderer } from "@sessionstream/react";
import type { OrderCardSchema } from "../gen/orders/v1/orders_pb.ts";
import "./order-card.css";

/** Draws an OrderCard entity: the same one live, after a reload and in another tab. */
export const orderCard = defineRenderer<typeof OrderCardSchema>({
  kind: "OrderCard",
  render: ({ payload: order }) => (
    <article className="order-card" aria-label={`Order ${order.orderId}`}>
      <header>
        <strong>Order #{order.orderId}</strong>
        <span className="status" data-status={order.status}>
          {order.status}
        </span>
      </header>
      <p>
        {order.customer} · {order.total}
      </p>
      <ul>
        {order.lines.map((line) => (
          <li key={line.name}>
            <span>{line.name}</span>
            <span>× {line.quantity}</span>
          </li>
        ))}
      </ul>
      <footer>Expected {order.eta}</footer>
    </article>
  ),
});
