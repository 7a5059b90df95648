/**
 * Owns I11: what tools did to the world outside, which no restart undoes. Each call is done once, only after a person
 * allowed it, and only after the log says that it is being done; and what a person said of it is said once.
 */
import type { StoredEvent } from "@sessionstream/server-node";
import type { Judge } from "../run/violation.ts";

interface About {
  readonly approvalId?: string;
  readonly toolCallId?: string;
  readonly status?: string;
}

export class DoneCalls {
  readonly #judge: Judge;
  readonly #settled = new Map<string, string>();
  readonly #claimed = new Set<string>();
  readonly #done = new Set<string>();

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  /** An event came to a log. */
  see({ name, payload, ordinal }: StoredEvent): void {
    if (name !== "ChatApprovalSettled" && name !== "ChatToolExecutionStarted") return;
    // CAST: the payloads of these events.
    const { approvalId = "", toolCallId = "", status = "" } = JSON.parse(payload) as About;
    if (name === "ChatToolExecutionStarted") {
      this.#claimed.add(toolCallId);
      return;
    }
    if (this.#settled.has(approvalId)) {
      this.#judge.violate("I11", `${approvalId} is settled a second time at ${ordinal}`);
    }
    this.#settled.set(approvalId, status);
  }

  /** An engine executes a call. */
  did(toolCallId: string): void {
    if (this.#done.has(toolCallId)) this.#judge.violate("I11", `${toolCallId} is done a second time`);
    if (this.#settled.get(`${toolCallId}:approval`) !== "CHAT_APPROVAL_STATUS_APPROVED") {
      this.#judge.violate("I11", `${toolCallId} is done, and nobody has allowed it`);
    }
    if (!this.#claimed.has(toolCallId)) this.#judge.violate("I11", `${toolCallId} is done before the log says so`);
    this.#done.add(toolCallId);
  }

  /** The logs are read anew. What was done after the backup was taken, no log knows of. */
  restored(): void {
    this.#settled.clear();
    this.#claimed.clear();
    this.#done.clear();
  }
}
