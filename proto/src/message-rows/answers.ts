/** Owns which user message each answer belongs to, as far as messages tell: rows know nothing of runs. */
import { isJsonObject, type JsonObject } from "../json.ts";

export interface AnswerRun {
  readonly runId: string;
  readonly root: string;
  readonly userMessageId: string;
}

export class Answers {
  readonly #userMessages = new Set<string>();
  readonly #roots = new Set<string>();
  #lastUserMessage = "";

  /** Root id for an answer in a row of the application's own. */
  ownRoot(): string {
    return `answer-to-${this.#lastUserMessage}`;
  }

  /** The run a message belongs to, when the message is the first of its answer. */
  meet(id: string, message: JsonObject): AnswerRun | null {
    if (message["role"] === "user") {
      this.#userMessages.add(id);
      this.#lastUserMessage = id;
      return null;
    }
    const root = message["parentMessageId"];
    if (message["role"] !== "assistant" || typeof root !== "string" || root === "" || this.#roots.has(root))
      return null;
    this.#roots.add(root);
    const own = `${root}-user`;
    return {
      runId: runIdOf(message) ?? root,
      root,
      userMessageId: this.#userMessages.has(own) ? own : this.#lastUserMessage,
    };
  }
}

function runIdOf(message: JsonObject): string | null {
  const correlation = message["correlation"];
  const runId = isJsonObject(correlation) && correlation["runId"];
  return typeof runId === "string" && runId !== "" ? runId : null;
}
