import type { Defect } from "./defect.ts";

const SESSION = "packages/client/src/session";
const OUTBOX = "packages/client/src/outbox";
const THREAD = "packages/client/src/thread";

/** Planted in the client. */
export const CLIENT_DEFECTS: readonly Defect[] = [
  {
    id: "4",
    name: "a snapshot's cursor is the greater one, not the snapshot's",
    breaks: "I5",
    edits: [
      {
        file: `${SESSION}/adopt-snapshot.ts`,
        find: "const cursor: Cursor = { epoch, view, ordinal, tag };",
        replace:
          "const cursor: Cursor = { epoch, view, ordinal: $on && held.cursor.ordinal > ordinal ? held.cursor.ordinal : ordinal, tag };",
      },
    ],
  },
  {
    id: "5",
    name: "the epoch is ignored, on both sides",
    breaks: "I8",
    edits: [
      {
        file: `${SESSION}/live.ts`,
        find: "if (epoch !== cursor.epoch && !unborn)",
        replace: "if (!$on && epoch !== cursor.epoch && !unborn)",
      },
      {
        file: `${SESSION}/live.ts`,
        find: '(head.epoch !== cursor.epoch && cursor.epoch !== "")',
        replace: '(!$on && head.epoch !== cursor.epoch && cursor.epoch !== "")',
      },
      {
        file: "packages/client/src/timeline/apply-update.ts",
        find: 'if (cursor.epoch !== "" && epoch !== cursor.epoch) return "mismatch";',
        replace: 'if (!$on && cursor.epoch !== "" && epoch !== cursor.epoch) return "mismatch";',
      },
      {
        file: "packages/client/src/timeline/apply-update.ts",
        find: "const foreign = update.cursor.epoch !== cursor.epoch",
        replace: "const foreign = !$on && update.cursor.epoch !== cursor.epoch",
      },
      {
        file: `${SESSION}/adopt-snapshot.ts`,
        find: "return epoch === cursor.epoch && view === cursor.view",
        replace: "return ($on || epoch === cursor.epoch) && view === cursor.view",
      },
      {
        file: "packages/server-node/src/fan-out/timeline-subscription.ts",
        find: "return position.generation === context.generation() && position.epoch === head.epoch &&",
        replace: "return ($on || (position.generation === context.generation() && position.epoch === head.epoch)) &&",
      },
    ],
  },
  {
    id: "7",
    name: "prev is not checked",
    breaks: "I5",
    edits: [
      {
        file: `${SESSION}/live.ts`,
        find: "if (prevOrdinal !== cursor.ordinal) {",
        replace: "if (!$on && prevOrdinal !== cursor.ordinal) {",
      },
    ],
  },
  {
    id: "20",
    name: "the backoff starts over as soon as a socket opens",
    breaks: "F-C13",
    edits: [
      {
        file: `${SESSION}/connection/transition.ts`,
        find: '{ ...tries, type: "open", peer, quietMs, probedAt: null, notice: NO_NOTICE },',
        replace:
          '{ ...tries, attempt: $on ? 0 : tries.attempt, type: "open", peer, quietMs, probedAt: null, notice: NO_NOTICE },',
      },
    ],
  },
  {
    id: "21",
    name: "what a replaced socket says still counts",
    breaks: "F-C14",
    edits: [
      {
        file: `${SESSION}/connection/run-connection.ts`,
        find: "if (generation === state.generation) receive(generation, text);",
        replace: "if ($on || generation === state.generation) receive($on ? state.generation : generation, text);",
      },
      {
        file: `${SESSION}/connection/run-connection.ts`,
        find: "if (generation !== state.generation) return;",
        replace: "if (!$on && generation !== state.generation) return;",
      },
      {
        file: `${SESSION}/connection/run-connection.ts`,
        find: 'handle({ type: "lost", generation, code });',
        replace: 'handle({ type: "lost", generation: $on ? state.generation : generation, code });',
      },
      {
        file: "packages/client/src/wire/websocket-transport.ts",
        find: "const close = (code: number, reason: string) => {\n        ended = true;",
        replace: "const close = (code: number, reason: string) => {\n        ended = !$on;",
      },
    ],
  },
  {
    id: "23",
    name: "every tab sends what is in the outbox, each under an id of its own",
    breaks: "I4",
    edits: [
      {
        file: `${OUTBOX}/turn.ts`,
        find: 'return turn === "leading" ||',
        replace: 'return ($on && turn === "waiting") || turn === "leading" ||',
      },
      {
        file: `${THREAD}/delivery.ts`,
        find: "const command = { session, name: CHAT_COMMANDS.start, commandId, payload };",
        replace: `if ($on) globalThis.tabIds ??= new WeakMap();
    if ($on && !globalThis.tabIds.has(seat)) globalThis.tabIds.set(seat, "-" + options.platform.random());
    const sentAs = $on ? commandId + globalThis.tabIds.get(seat) : commandId;
    const command = { session, name: CHAT_COMMANDS.start, commandId: sentAs, payload };`,
      },
    ],
  },
  {
    id: "24",
    name: "the outbox is the device's, not its user's",
    breaks: "F-P6",
    edits: [
      {
        file: `${OUTBOX}/durable-outbox.ts`,
        find: "const space = await device.open(VERSION, principal);",
        replace: 'const space = await device.open(VERSION, $on ? "" : principal);',
      },
    ],
  },
  {
    id: "25",
    name: "a stop does not say which run it means",
    breaks: "I10",
    edits: [
      {
        file: `${THREAD}/create-chat-thread.ts`,
        find: 'const runId = run.type === "run" ? run.id : "";',
        replace: 'const runId = run.type === "run" && !$on ? run.id : "";',
      },
    ],
  },
  {
    id: "found-3",
    name: "a message whose log was gone before it was seen is waited for",
    breaks: "F-C6",
    edits: [
      {
        file: `${THREAD}/delivery.ts`,
        find: "if (!isLive || ![...parcels.values()].some(isInOtherLog)) return;",
        replace: "if ($on || !isLive || ![...parcels.values()].some(isInOtherLog)) return;",
      },
    ],
  },
  {
    id: "found-5",
    name: "a message after the sign-out takes the place of the one before",
    breaks: "I12",
    edits: [
      {
        file: `${OUTBOX}/durable-outbox.ts`,
        find: "tooLate.set(item.commandId,",
        replace: "if ($on) tooLate.clear();\n        tooLate.set(item.commandId,",
      },
    ],
  },
  {
    id: "found-6",
    name: "a page whose storage refuses waits for the page that has the turn",
    breaks: "F-C6",
    edits: [
      {
        file: `${OUTBOX}/turn.ts`,
        find: 'turn === "outside";',
        replace: '(!$on && turn === "outside");',
      },
    ],
  },
];
