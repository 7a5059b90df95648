import { storedSession } from "@sessionstream/client";
import { ChatWidget } from "@sessionstream/react/widgets";
import "@sessionstream/react/styles.css";
import { orderCard } from "./order-card.tsx";

const { current } = storedSession(() => crypto.randomUUID(), localStorage);

export const Support = () => (
  <ChatWidget url="/api/chat" sessionId={current()} title="Order desk" renderers={[orderCard]} />
);
