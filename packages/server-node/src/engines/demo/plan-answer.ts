import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { CallAnswer, EngineRequest } from "../../chat/engine/engine.ts";
import type { RuntimeEvent } from "../../chat/engine/runtime-event.ts";
import { createPace, type Pace, words } from "./pace.ts";
import {
  CODE,
  INTRODUCTION,
  LIST,
  LONG,
  MODE_ANALYSIS,
  ORDERS,
  REASONING,
  STOCK,
  STOCK_WIDGET,
  TABLE,
} from "./texts.ts";

/**
 * Owns what the demo engine says to which prompt, step by step, before a word of it is said. Pure.
 */
export type DemoStep =
  | { readonly type: "report"; readonly afterMs: number; readonly event: RuntimeEvent }
  | { readonly type: "throw"; readonly afterMs: number; readonly error: SessionStreamError };

type Asked = Pick<EngineRequest, "prompt" | "history" | "runId" | "resumed">;

export function planAnswer(
  asked: Asked,
  card: { readonly name: string; readonly payload: JsonObject },
): readonly DemoStep[] {
  const wants = (...stems: readonly string[]) => stems.some((stem) => new RegExp(`\\b${stem}`, "i").test(asked.prompt));
  const plan = new Plan(createPace(asked.prompt, wants("slow") ? 8 : 1));
  plan.report({ type: "provider-call-start", callId: "demo", model: "demo" }, 250);
  if (asked.resumed !== null) {
    for (const answer of asked.resumed.answers) plan.goOn(answer);
    return plan.end();
  }
  if (wants("say nothing")) return plan.end();
  if (wants("at once", "unstreamed")) {
    plan.report({ type: "finish", text: "This answer came in one piece: its engine does not stream." });
    return plan.end();
  }
  if (wants("think", "reason")) plan.reason(REASONING);
  if (wants("warn")) plan.report({ type: "warning", message: "This warning was asked for; nothing is wrong." });
  if (wants("agent mode")) {
    plan.changeMode("conversation", "look-up");
    plan.say("From here on I look things up. While I was still deciding, you saw a preview; it was never stored.");
  }
  if (wants("tool", "look up")) {
    plan.say("Let me look that up.");
    plan.callTool(`look-up-${asked.runId}`, wants("tool fails", "broken tool"));
    plan.say(wants("tool fails", "broken tool") ? AFTER_BROKEN_TOOL : AFTER_TOOL);
  }
  if (wants("delete")) {
    plan.say("I can do that, but not without you.");
    plan.askFirst(`delete-${asked.runId}`);
    return plan.end();
  }
  if (wants("card")) {
    plan.report({ type: "custom", ...card }, 400);
    plan.say("Here is the card. It is an entity of its own, drawn by a renderer of the app.");
  }
  if (wants("widget")) {
    plan.fillWidget(`stock-${asked.runId}`);
    plan.say("Here is the widget. It is one component of the app, filled piece by piece.");
  }
  const shown = [
    ...(wants("remember", "before") ? [recollection(asked)] : []),
    ...(wants("table", "markdown") ? [TABLE] : []),
    ...(wants("list", "markdown") ? [LIST] : []),
    ...(wants("code", "markdown") ? [CODE] : []),
    ...(wants("long") ? [LONG] : []),
  ];
  if (shown.length > 0) plan.say(shown.join("\n\n"));
  if (wants("fail", "error") && !wants("tool fails")) return plan.fail();
  if (!plan.saidText()) plan.say(INTRODUCTION);
  return plan.end();
}

const AFTER_TOOL = "There are **three** open orders; the oldest one, 1042, leaves the warehouse tomorrow.";
const AFTER_BROKEN_TOOL = "The order service did not answer, so I cannot say. Ask me again in a moment.";

function recollection({ history }: Asked): string {
  const before = history.filter((message) => message.role === "user").at(-1);
  return before === undefined ? "You have not said anything before." : `Before this you said: “${before.text}”`;
}

/** Gathers steps; each text becomes a stream of words. */
class Plan {
  readonly #steps: DemoStep[] = [];
  readonly #pace: Pace;
  #streams = 0;
  #texts = 0;
  #words = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  report(event: RuntimeEvent, afterMs = 0): void {
    this.#steps.push({ type: "report", afterMs, event });
  }

  say(text: string): void {
    this.#texts += 1;
    const id = this.#stream();
    this.report({ type: "text-start", id });
    for (const word of words(text)) this.report({ type: "text-delta", id, text: word }, this.#wordMs());
    this.report({ type: "text-end", id });
  }

  reason(text: string): void {
    const id = this.#stream();
    this.report({ type: "reasoning-start", id });
    for (const word of words(text)) this.report({ type: "reasoning-delta", id, text: word }, this.#wordMs());
    this.report({ type: "reasoning-end", id });
  }

  callTool(toolCallId: string, broken: boolean): void {
    const toolName = "look_up_orders";
    const input = { status: "open", limit: 3 };
    this.report({ type: "tool-input-start", toolCallId, toolName }, 150);
    for (const text of words(JSON.stringify(input, null, 1))) {
      this.report({ type: "tool-input-delta", toolCallId, text }, this.#wordMs());
    }
    this.report({ type: "tool-call", toolCallId, toolName, input });
    this.report({ type: "tool-execution-start", toolCallId, toolName }, 100);
    if (broken) this.report({ type: "tool-error", toolCallId, toolName, error: "The order service timed out." }, 1_200);
    else this.report({ type: "tool-result", toolCallId, toolName, result: ORDERS }, 900);
  }

  /** The call is not executed before a person allows it: this part of the answer ends with the question. */
  askFirst(toolCallId: string): void {
    const call = { toolCallId, toolName: "delete_file", input: { path: "reports/2025-draft.md" } };
    this.report({ type: "tool-call", ...call }, 400);
    this.report({ type: "tool-approval-request", ...call });
  }

  /** Nothing is deleted: a demo has no files. */
  goOn({ decision, toolCallId, toolName }: CallAnswer): void {
    if (decision === "approved") {
      this.report({ type: "tool-result", toolCallId, toolName, result: { deleted: true } }, 900);
      this.say("Done: the draft is deleted. It was asked for once, and it was done once.");
    } else if (decision === "denied") {
      this.say("You said no, so the draft stays where it is.");
    } else {
      this.say("Nobody answered in time, so the draft stays where it is.");
    }
  }

  changeMode(from: string, to: string): void {
    for (const candidateMode of [to.slice(0, 4), to]) {
      this.#custom("agent-mode-preview", { candidateMode, analysis: MODE_ANALYSIS }, 900);
    }
    this.#custom("agent-mode-commit", { from, to, analysis: MODE_ANALYSIS }, 900);
  }

  fillWidget(instanceId: string): void {
    this.#custom("widget-start", { instanceId, widgetName: STOCK_WIDGET, props: { items: [] } }, 400);
    for (const [at] of STOCK.entries()) {
      this.#custom("widget-patch", { instanceId, patch: { items: STOCK.slice(0, at + 1) } }, 700);
    }
    this.#custom("widget-complete", { instanceId }, 300);
  }

  saidText(): boolean {
    return this.#texts > 0;
  }

  fail(): readonly DemoStep[] {
    if (this.#texts === 0) this.say("I begin to answer, and then");
    const error = new SessionStreamError("engine_failed", "The demo engine failed, as the prompt asked it to.");
    this.#steps.push({ type: "throw", afterMs: 400, error });
    return this.#steps;
  }

  end(): readonly DemoStep[] {
    const usage = { inputTokens: 12, outputTokens: this.#words };
    this.report({ type: "provider-call-finish", callId: "demo", stopReason: "stop", usage });
    this.report({ type: "finish" });
    return this.#steps;
  }

  #custom(name: string, payload: JsonObject, afterMs: number): void {
    this.report({ type: "custom", name, payload }, afterMs);
  }

  #stream(): string {
    this.#streams += 1;
    return String(this.#streams);
  }

  #wordMs(): number {
    this.#words += 1;
    return this.#pace.wordMs();
  }
}
