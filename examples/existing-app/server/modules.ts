// What the server's hub can do, in a file of its own: `sessionstream --modules` reads it too.
import {
  agentModePlugin,
  approvalPlugin,
  chat,
  reasoningPlugin,
  toolCallPlugin,
  widgetsPlugin,
} from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { orderCardPlugin } from "./order-card-plugin.ts";
import { ORDER_CARD } from "./sample-order.ts";

const engine = demoEngine({ speed: Number(process.env["DEMO_SPEED"] ?? "1"), card: ORDER_CARD });
const plugins = [
  reasoningPlugin(),
  toolCallPlugin(),
  approvalPlugin(),
  agentModePlugin(),
  widgetsPlugin(),
  orderCardPlugin(),
];

export const modules = [chat({ engine, plugins })];
