/** Owns what every ChatBackend owes a thread, as cases with ids. Each runs on a fresh backend and a fresh server. */
import type { SessionId } from "@sessionstream/protocol";
import { sessionId } from "@sessionstream/protocol";
import { CHAT_KINDS } from "../../thread/chat-payload.ts";
import type { BackendCase, BackendFixture } from "./backend-fixture.ts";
import { ask, type Follower, follow, insist, insistSame, refusal, stop } from "./follower.ts";

async function ready(fixture: BackendFixture, session: SessionId): Promise<Follower> {
  const follower = follow(fixture.backend, session);
  await follower.until("hydration is ready", () => follower.hydration().type === "ready");
  return follower;
}

async function ended(follower: Follower, phase: string): Promise<void> {
  await follower.until(`the run is ${phase}`, () => {
    const run = follower.run();
    return run.type === "run" && run.phase === phase;
  });
}

export const BACKEND_CASES: readonly BackendCase[] = [
  {
    id: "B1",
    title: "a session nobody has written to becomes ready, and is empty",
    async run(fixture, session) {
      const follower = await ready(fixture, session);
      insist(follower.entities().length === 0, "it is empty");
    },
  },
  {
    id: "B2",
    title: "a message shows up with its command's id, and the cursor reaches its receipt",
    async run(fixture, session) {
      const follower = await ready(fixture, session);
      const receipt = await ask(fixture.backend, session, "c1", { prompt: fixture.shortPrompt });
      await follower.until("the cursor reaches the receipt", () => {
        const { epoch, ordinal } = follower.cursor();
        return epoch === receipt.epoch && ordinal >= receipt.ordinal;
      });
      const own = follower
        .entities()
        .filter(({ kind, commandId }) => kind === CHAT_KINDS.message && commandId === "c1");
      insist(own.length === 1 && own[0]?.payload["role"] === "user", "one user message carries the id");
      insist(follower.messages("user").join() === fixture.shortPrompt, "it says what was asked");
    },
  },
  {
    id: "B3",
    title: "one command id takes effect once, and each answer says from when on it shows",
    async run(fixture, session) {
      const follower = await ready(fixture, session);
      const payload = { prompt: fixture.shortPrompt };
      const send = () => ask(fixture.backend, session, "c1", payload);
      const receipts = [...(await Promise.all([send(), send()])), await send()];
      await ended(follower, "finished");
      receipts.push(await send());
      insist(follower.messages("user").length === 1, "there is one message");
      const own = follower.entities().filter(({ commandId }) => commandId === "c1");
      const { epoch } = follower.cursor();
      const covered = receipts.every(
        (receipt) => receipt.epoch === epoch && own.every(({ createdOrdinal }) => createdOrdinal <= receipt.ordinal),
      );
      insist(own.length > 0 && covered, "no receipt is older than what it acknowledges");
      insist(follower.messages("assistant").length === 1, "there is one answer");
    },
  },
  {
    id: "B4",
    title: "an answer grows, settles, and its run is finished",
    async run(fixture, session) {
      const follower = await ready(fixture, session);
      await ask(fixture.backend, session, "c1", { prompt: fixture.shortPrompt });
      await ended(follower, "finished");
      insist(
        follower.messages("assistant").some((text) => text !== ""),
        "there is an answer",
      );
      insist(
        follower.entities().every((entity) => !entity.open),
        "everything has settled",
      );
    },
  },
  {
    id: "B5",
    title: "whoever comes in the middle of an answer sees in the end what the first one sees",
    async run(fixture, session) {
      const first = await ready(fixture, session);
      await ask(fixture.backend, session, "c1", { prompt: fixture.endlessPrompt });
      await first.until("an answer begins", () => first.messages("assistant").length === 1);
      const second = await ready(fixture, session);
      await stop(fixture.backend, session, "c2");
      await Promise.all([ended(first, "stopped"), ended(second, "stopped")]);
      const level = () => first.cursor().ordinal === second.cursor().ordinal;
      await Promise.race([first.until("both are level", level), second.until("both are level", level)]);
      insistSame(first, second, "both see the same");
    },
  },
  {
    id: "B6",
    title: "a reload shows what was there",
    async run(fixture, session) {
      const before = await ready(fixture, session);
      await ask(fixture.backend, session, "c1", { prompt: fixture.shortPrompt });
      await ended(before, "finished");
      const after = await ready(fixture, session);
      await after.until("it is level", () => after.cursor().ordinal >= before.cursor().ordinal);
      insistSame(before, after, "nothing has changed");
    },
  },
  {
    id: "B7",
    title: "leaving is not stopping; stop is, from wherever it comes",
    async run(fixture, session) {
      const first = await ready(fixture, session);
      await ask(fixture.backend, session, "c1", { prompt: fixture.endlessPrompt });
      await first.until("an answer begins", () => first.messages("assistant").length === 1);
      first.close();
      const second = await ready(fixture, session);
      const run = second.run();
      insist(run.type === "run" && run.active, "the run goes on");
      await stop(fixture.backend, session, "c2");
      await ended(second, "stopped");
      insist(second.messages("assistant").join("") !== "", "what was said stays");
    },
  },
  {
    id: "B8",
    title: "an observer is not called after its handle was closed",
    async run(fixture, session) {
      const [left, stayed] = [await ready(fixture, session), await ready(fixture, session)];
      left.close();
      const calls = left.calls();
      await ask(fixture.backend, session, "c1", { prompt: fixture.shortPrompt });
      await ended(stayed, "finished");
      insist(left.calls() === calls, "it was left alone");
      const gone = follow(fixture.backend, session);
      gone.close();
      const atClose = gone.calls();
      await ready(fixture, session);
      insist(gone.calls() === atClose, "closing while it loads ends it, too");
    },
  },
  {
    id: "B9",
    title: "sessions are apart",
    async run(fixture, session) {
      const here = await ready(fixture, session);
      const there = await ready(fixture, sessionId(`${session}-other`));
      await ask(fixture.backend, session, "c1", { prompt: fixture.shortPrompt });
      await ended(here, "finished");
      insist(there.entities().length === 0, "the other one is empty");
    },
  },
  {
    id: "B10",
    title: "what cannot be done is refused with a typed error, and leaves nothing behind",
    async run(fixture, session) {
      const { backend } = fixture;
      const signal = new AbortController().signal;
      const unknown = backend.submit({ session, name: "NoSuchCommand", commandId: "c1", payload: {} }, signal);
      insist((await refusal(unknown)) === "unknown_command", "an unknown command is refused as such");
      insist((await refusal(ask(backend, session, "c2", { prompt: " " }))) === "empty_prompt", "so is an empty prompt");
      insist((await ready(fixture, session)).entities().length === 0, "the session is empty");
    },
  },
  {
    id: "B11",
    title: "an observer that could not apply a commit gets a full state",
    async run(fixture, session) {
      const [refusing, other] = [await ready(fixture, session), await ready(fixture, session)];
      refusing.refuseNextCommit();
      await ask(fixture.backend, session, "c1", { prompt: fixture.shortPrompt });
      await Promise.all([ended(refusing, "finished"), ended(other, "finished")]);
      const level = () => refusing.cursor().ordinal === other.cursor().ordinal;
      await Promise.race([refusing.until("both are level", level), other.until("both are level", level)]);
      insistSame(refusing, other, "it missed nothing");
    },
  },
  {
    id: "B12",
    title: "a run is tried again without another user message",
    async run(fixture, session) {
      const follower = await ready(fixture, session);
      await ask(fixture.backend, session, "c1", { prompt: fixture.endlessPrompt });
      await follower.until("an answer begins", () => follower.messages("assistant").length === 1);
      await stop(fixture.backend, session, "c2");
      await ended(follower, "stopped");
      const run = follower.run();
      await ask(fixture.backend, session, "c3", { prompt: "", retryOfRunId: run.type === "run" ? run.id : "" });
      await follower.until("another answer begins", () => follower.messages("assistant").length === 2);
      insist(follower.messages("user").length === 1, "there is still one user message");
      await stop(fixture.backend, session, "c4");
      await ended(follower, "stopped");
    },
  },
];
