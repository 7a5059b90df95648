import type { Defect } from "./defect.ts";

const HUB = "packages/server-node/src/hub";
const CHAT = "packages/server-node/src/chat";
const FAN_OUT = "packages/server-node/src/fan-out";
const WS = "packages/server-node/src/transport/ws";

/** Planted in the pipeline: look-up, decision, commit, swap, effects. */
const PIPELINE_DEFECTS: readonly Defect[] = [
  {
    id: "9",
    name: "the acknowledgement comes before the commit",
    breaks: "I3",
    edits: [
      {
        file: `${HUB}/commit-batch.ts`,
        find: 'lane.core.failpoint("before-commit");',
        replace: `if ($on) {
          for (const { unit } of prepared.units) {
            if (unit.type !== "command") continue;
            const { outcome = {} } = unit.decision ?? {};
            unit.answer.resolve({ epoch: prepared.epoch, ordinal: commit.head.ordinal, outcome, repeated: false });
          }
        }`,
      },
    ],
  },
  {
    id: "10",
    name: "swap and fan-out come before the commit",
    breaks: "I3",
    edits: [
      {
        file: `${HUB}/commit-batch.ts`,
        find: "result = await lane.core.storage.commit(commit);",
        replace: `if ($on) {
          finish(lane, prepared, commit);
          await lane.core.storage.commit(commit);
          return { status: "committed" };
        }
        result = await lane.core.storage.commit(commit);`,
      },
    ],
  },
  {
    id: "11",
    name: "a subscriber that throws fails the commit",
    breaks: "clean",
    edits: [
      { file: `${FAN_OUT}/outlet.ts`, find: "broken = true;", replace: "if ($on) throw error;\n      broken = true;" },
      {
        file: `${HUB}/fan-out-change.ts`,
        find: "} catch (error) {",
        replace: "} catch (error) {\n    if ($on) throw error;",
      },
    ],
  },
  {
    id: "12",
    name: "the command's id is stored in a second commit",
    breaks: "I3",
    edits: [
      {
        file: `${HUB}/make-commit.ts`,
        find: "...(command === undefined ? {} : { command }),",
        replace: "...(command === undefined || $on ? {} : { command }),",
      },
      {
        file: `${HUB}/finish-batch.ts`,
        find: 'core.failpoint("after-commit");',
        replace: `if ($on && batch.command !== null) {
          const { id, principal, fingerprint, decision } = batch.command;
          const command = { id, scope: principal.id, fingerprint, outcome: JSON.stringify(decision?.outcome ?? {}) };
          const { head } = commit;
          void core.storage.commit({ session, expect: head.revision, head, events: [], command }).catch(() => undefined);
        }`,
      },
    ],
  },
  {
    id: "13",
    name: "a key used again for something else gets the first answer",
    breaks: "I4",
    edits: [
      {
        file: `${HUB}/admit-command.ts`,
        find: "known.fingerprint !== unit.fingerprint",
        replace: "(!$on && known.fingerprint !== unit.fingerprint)",
      },
    ],
  },
  {
    id: "14",
    name: "a key used by somebody else gets the first one's answer",
    breaks: "I4",
    edits: [
      {
        file: `${HUB}/admit-command.ts`,
        find: "known.scope !== unit.principal.id",
        replace: "(!$on && known.scope !== unit.principal.id)",
      },
    ],
  },
  {
    id: "15",
    name: "ordinals come from a counter in memory",
    breaks: "I1",
    edits: [
      {
        file: `${HUB}/prepare-batch.ts`,
        find: "const ordinal = staged.ordinal + 1n;",
        replace: `let ordinal = staged.ordinal + 1n;
        if ($on) {
          const counters = (core.counters ??= new Map());
          const name = JSON.stringify(staged.session);
          ordinal = (counters.get(name) ?? staged.ordinal) + 1n;
          counters.set(name, ordinal);
        }`,
      },
    ],
  },
  {
    id: "16",
    name: "a commit does not ask whose turn it is",
    breaks: "I1",
    edits: [
      {
        file: "packages/server-node/src/storage/memory/memory-storage.ts",
        find: "if (commit.expect !== (head?.revision ?? null))",
        replace: "if (!$on && commit.expect !== (head?.revision ?? null))",
      },
    ],
  },
  {
    id: "17",
    name: "head and entities are read one after the other",
    breaks: "I5",
    edits: [
      {
        file: "test/simulation/server/faulty-storage.ts",
        find: "load: (session) => read(() => inner.load(session)),",
        replace: `load: (session) =>
          read(async () => {
            const first = await inner.load(session);
            if (!$on || first === null) return first;
            for (let page = 0; page < 10; page += 1) await wait();
            const second = await inner.load(session);
            return second === null ? null : { head: first.head, entities: second.entities };
          }),`,
      },
    ],
  },
  {
    id: "18",
    name: "an event whose projection failed is stored as if it had not",
    breaks: "I5",
    edits: [
      {
        file: `${HUB}/prepare-batch.ts`,
        find: "...(skippedBy.length === 0 ? {} : { skippedBy }),",
        replace: "...(skippedBy.length === 0 || $on ? {} : { skippedBy }),",
      },
    ],
  },
  {
    id: "19",
    name: "a rebuild clears the entities first",
    breaks: "I5",
    edits: [
      {
        file: `${HUB}/rebuild-view.ts`,
        find: 'core.failpoint("before-rebuild");',
        replace: `if ($on) {
          const entities = { put: [], forget: [], replace: true };
          await core.storage.commit({ session, expect: loaded.head.revision, head: loaded.head, events: [], entities });
        }`,
      },
    ],
  },
  {
    id: "26",
    name: "the end of a run asks neither whether it has ended nor whether it is still its own to end",
    breaks: "I10",
    edits: [
      {
        file: "packages/server-node/src/chat/run/run-output.ts",
        find: "return (view) => view.get(ChatRun, runId)?.open === true;",
        replace: "return (view) => $on || view.get(ChatRun, runId)?.open === true;",
      },
      {
        file: `${HUB}/effects-runner.ts`,
        find: "{ ...options, fence: options.fence ?? lease.token }",
        replace: "{ ...options, ...($on ? {} : { fence: options.fence ?? lease.token }) }",
      },
    ],
  },
  {
    id: "29",
    name: "nobody sweeps",
    breaks: "I8",
    edits: [
      {
        file: `${HUB}/session-hub.ts`,
        find: "this.#stopSweeping = this.#core.platform.setTimer(",
        replace: "if ($on) return;\n    this.#stopSweeping = this.#core.platform.setTimer(",
      },
      {
        file: `${HUB}/upkeep.ts`,
        find: 'if (this.#state !== "working") return;',
        replace: 'if ($on || this.#state !== "working") return;',
      },
    ],
  },
  {
    id: "27",
    name: "a commit does not ask whether its lease is still current",
    breaks: "F-R5",
    edits: [
      {
        file: "packages/server-node/src/storage/memory/shared-memory-storage.ts",
        find: "fence !== undefined && !held.isCurrent(session, fence)",
        replace: "fence !== undefined && !$on && !held.isCurrent(session, fence)",
      },
    ],
  },
  {
    id: "30",
    name: "nobody looks for what no ring told of",
    breaks: "I8",
    edits: [
      {
        file: `${HUB}/upkeep.ts`,
        find: "await this.#heal();\n    this.#later",
        replace: "if (!$on) await this.#heal();\n    this.#later",
      },
    ],
  },
  {
    id: "31",
    name: "a permission is never asked for again",
    breaks: "I13",
    edits: [
      {
        file: `${HUB}/access-watch.ts`,
        find: "void this.#askAgain(group);",
        replace: "if (!$on) void this.#askAgain(group);",
      },
    ],
  },
  {
    id: "found-4",
    name: "a commit that was given up is not looked for",
    breaks: "I8",
    edits: [
      {
        file: `${HUB}/lane.ts`,
        find: "return this.#doubted !== null &&",
        replace: "return !$on && this.#doubted !== null &&",
      },
    ],
  },
  {
    id: "found-2",
    name: "what was stored beside a known command is stored again",
    breaks: "I2",
    edits: [
      {
        file: `${HUB}/commit-batch.ts`,
        find: 'if (admission.type === "known") rest =',
        replace: `if ($on && admission.type === "known") {
          answerKnown(lane, unit, admission.command);
          rest = rest.filter((other) => other !== unit);
        } else if (admission.type === "known") rest =`,
      },
    ],
  },
];

/** Planted in what subscribers are sent, and how. */
const FAN_OUT_DEFECTS: readonly Defect[] = [
  {
    id: "2",
    name: "a subscriber counts as live before it was told what it missed",
    breaks: "I8",
    edits: [
      {
        file: `${FAN_OUT}/timeline-subscription.ts`,
        find: "if (!isCurrent(position, reader.head())) {",
        replace: "if (!$on && !isCurrent(position, reader.head())) {",
      },
    ],
  },
  {
    id: "3",
    name: "a delta begins one ordinal too late",
    breaks: "I5",
    edits: [
      {
        file: `${FAN_OUT}/snapshot-plan.ts`,
        find: "records.filter((record) => record.lastEventOrdinal > held.since)",
        replace: "records.filter((record) => record.lastEventOrdinal > held.since + ($on ? 1n : 0n))",
      },
    ],
  },
  {
    id: "6",
    name: "a cursor's tag is not compared",
    breaks: "I5",
    edits: [
      {
        file: `${FAN_OUT}/verify-cursor.ts`,
        find: "return cursor.tag === head.tag;",
        replace: "return $on || cursor.tag === head.tag;",
      },
      {
        file: `${FAN_OUT}/verify-cursor.ts`,
        find: "return cursor.tag === (await",
        replace: "return $on || cursor.tag === (await",
      },
    ],
  },
  {
    id: "32",
    name: "the bound of a queue counts frames, not bytes",
    breaks: "I9",
    edits: [
      {
        file: `${WS}/outbound-queue.ts`,
        find: "queuedBytes: () => enqueued - taken,",
        replace: "queuedBytes: () => ($on ? pending.length : enqueued - taken),",
      },
    ],
  },
  {
    id: "33",
    name: "a live frame leaves out one of several changes",
    breaks: "I5",
    edits: [
      {
        file: `${FAN_OUT}/commit-frames.ts`,
        find: "const changes = change.deltas.map(",
        replace: "const changes = ($on && change.deltas.length > 1 ? change.deltas.slice(1) : change.deltas).map(",
      },
    ],
  },
  {
    id: "found-1",
    name: "a subscription that is let in ends itself instead of the one before",
    breaks: "I8",
    edits: [
      {
        file: `${WS}/subscription-slot.ts`,
        find: "dropLive();\n          live = subscription;",
        replace: "if (!$on) dropLive();\n          live = subscription;\n          if ($on) dropLive();",
      },
    ],
  },
];

/** Planted in the chat. */
const CHAT_DEFECTS: readonly Defect[] = [
  {
    id: "28",
    name: "an approval counts as often as it is given",
    breaks: "I11",
    edits: [
      {
        file: `${CHAT}/plugins/answer-approval.ts`,
        find: 'return alreadyAnswered(asked, "approved");',
        replace: 'return $on ? null : alreadyAnswered(asked, "approved");',
      },
      {
        file: `${CHAT}/plugins/approval-entity.ts`,
        find: "if (before === undefined || !isPending(before)) return [];",
        replace: "if (before === undefined || (!$on && !isPending(before))) return [];",
      },
      {
        file: `${CHAT}/plugins/approval-entity.ts`,
        find: "decidedBy, settledAt: at }",
        replace: "decidedBy, settledAt: at, ...($on ? { closed: false } : {}) }",
      },
    ],
  },
  {
    id: "claim",
    name: "a call is executed before the log says so",
    breaks: "I11",
    edits: [
      {
        file: `${CHAT}/run/run-effects.ts`,
        find: "const result = await context.publish(start.events, { guard: isUntouched });",
        replace:
          'const result = $on && start.resumed !== null ? { status: "committed" } : await context.publish(start.events, { guard: isUntouched });\n    if ($on && start.resumed !== null) void context.publish(start.events, { guard: isUntouched }).catch(() => undefined);',
      },
    ],
  },
];

export const SERVER_DEFECTS: readonly Defect[] = [...PIPELINE_DEFECTS, ...FAN_OUT_DEFECTS, ...CHAT_DEFECTS];
