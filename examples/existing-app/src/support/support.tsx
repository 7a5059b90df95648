import { storedSession } from "@sessionstream/client";
import { durableOutbox } from "@sessionstream/client/outbox";
import { ChatWidget } from "@sessionstream/react/widgets";
import "@sessionstream/react/styles.css";
import { orderCard } from "./order-card.tsx";
import { stockList } from "./stock-list.tsx";
import "./support.css";

const { current } = storedSession(() => crypto.randomUUID(), localStorage);
// The demo has one user.
const outbox = durableOutbox({ principal: "demo" });

export const Support = () => (
  <ChatWidget
    url="/api/chat"
    sessionId={current()}
    outbox={outbox}
    title="Order desk"
    suggestions={["Look up my open orders", "Show me a table and some code", "Think first, then fill a widget"]}
    renderers={[orderCard, stockList]}
  />
);
