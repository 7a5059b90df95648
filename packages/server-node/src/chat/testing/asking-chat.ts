import type { ApprovalEntity } from "@sessionstream/protocol/chat/v1";
import type { ChatOptions } from "../chat.ts";
import type { ApprovalInput, ChatReceipt } from "../chat-service.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatApproval } from "../plugins/approval-entity.ts";
import { type ChatHarness, chatHarness, SESSION, USER } from "./chat-harness.ts";
import { type ManualEngine, manualEngine, textDeltas } from "./manual-engine.ts";

/** A chat whose engine has asked people whether it may, and waits for them. */
export interface AskingChat extends AsyncDisposable {
  readonly chat: ChatHarness;
  readonly engine: ManualEngine;
}

export const CALL = { toolCallId: "t1", toolName: "delete_file", input: { path: "a.txt" } };

/** What an engine says that asks about a call. */
export function question(call: {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: { readonly [name: string]: string };
}): readonly RuntimeEvent[] {
  return [
    { type: "tool-call", ...call },
    { type: "tool-approval-request", ...call },
  ];
}

export async function askingChat(options: Partial<ChatOptions> = {}, ...calls: (typeof CALL)[]): Promise<AskingChat> {
  const engine = manualEngine();
  // CAST: the engine is the only part of the options that chooses between two shapes.
  const chat = chatHarness({ ...options, engine: engine.engine } as ChatOptions);
  await chat.prompt("Delete it");
  await chat.platform.settle();
  engine.call.say(...textDeltas("1", "I would delete it."), ...(calls.length > 0 ? calls : [CALL]).flatMap(question));
  engine.call.end();
  await chat.platform.advance(100);
  return { chat, engine, [Symbol.asyncDispose]: () => chat[Symbol.asyncDispose]() };
}

export async function approvalsIn(chat: ChatHarness): Promise<readonly ApprovalEntity[]> {
  return (await chat.records(ChatApproval)).map(({ payload }) => payload);
}

/** Answers the chat's approval `at`, as it stands, and lets what that calls for happen. */
export async function answer(
  chat: ChatHarness,
  decision: "approve" | "deny",
  more: Partial<ApprovalInput> & { readonly at?: number } = {},
): Promise<ChatReceipt> {
  const { at = 0, ...changes } = more;
  const { approvalId = "", digest = "" } = (await approvalsIn(chat))[at] ?? {};
  const target = { principal: USER, session: SESSION };
  const receipt = await chat.service.answerApproval({ ...target, approvalId, digest, decision, ...changes });
  await chat.platform.settle();
  return receipt;
}
