/** Owns what the connection's state means for whoever shows it. */
import type { ConnectionStatus } from "../../thread/status.ts";
import type { ConnectionState } from "./state.ts";

export function connectionStatus(state: ConnectionState): ConnectionStatus {
  switch (state.type) {
    case "connecting":
    case "authenticating":
      return { type: "connecting", attempt: state.attempt };
    case "waiting":
      return { type: "waiting", attempt: state.attempt, retryAt: state.retryAt, reason: state.reason };
    case "refreshing":
      return { type: "waiting", attempt: state.attempt, retryAt: state.retryAt, reason: "refused" };
    case "failed":
      return { type: "failed", error: state.error };
    case "idle":
    case "open":
    case "closed":
      return { type: state.type };
  }
}
