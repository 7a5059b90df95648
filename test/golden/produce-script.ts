/**
 * Owns having a real server say what a golden script says: each step is caused as it was in life, and the frame that
 * follows is taken. Compares nothing.
 */
import type { ClientFrameJson, ServerFrameJson, SnapshotEntityJson, SnapshotFrameJson } from "@sessionstream/protocol";
import type { FrameScript } from "@sessionstream/protocol/testing";
import { GoldenStage } from "./golden-stage.ts";
import { Identities } from "./identities.ts";
import { ScriptHistory } from "./script-history.ts";

/** What a script leaves out, and where it shows another server than ours. Steps are named by their index. */
export interface Scenario {
  /** Acceptance rows whose frames it shows. */
  readonly rows: string;
  /** Entities as they were before frames that show only what changed of them. */
  readonly unseen?: readonly SnapshotEntityJson[];
  readonly maxFrameBytes?: number;
  /** Why our server does not send this frame. */
  readonly notOurs?: Readonly<Record<number, string>>;
  /** Why frames that our server sends before this step are not in the script. */
  readonly unscripted?: Readonly<Record<number, string>>;
}

interface ProducedStep {
  readonly index: number;
  readonly scripted: ServerFrameJson;
  readonly produced: ServerFrameJson | undefined;
}

interface Production {
  readonly steps: readonly ProducedStep[];
  /** Frames after the last step. */
  readonly leftOver: readonly ServerFrameJson[];
  readonly errors: readonly string[];
}

export async function produceScript(script: FrameScript, scenario: Scenario): Promise<Production> {
  const history = new ScriptHistory(script, scenario.unseen ?? []);
  await using stage = new GoldenStage({ session: script.session, history, maxFrameBytes: scenario.maxFrameBytes });
  const identities = new Identities();
  const requests: ClientFrameJson[] = [];
  const steps: ProducedStep[] = [];

  /** What the client asked reaches the server when it answers: what was under way before is sent before. */
  async function answer(snapshot: SnapshotFrameJson): Promise<void> {
    const request = requests.shift();
    if (request === undefined) throw new Error(`Nobody asked for ${JSON.stringify(snapshot)}`);
    await stage.clientSends(identities.inHub(request));
  }

  async function cause(index: number, frame: ServerFrameJson): Promise<void> {
    const { snapshot, timeline, uiEvent, ephemeral } = frame;
    if (snapshot !== undefined && (snapshot.part ?? 0) === 0) {
      const { epoch = "", view = "", snapshotOrdinal = "0", requestId, mode } = snapshot;
      const isRebuilt = stage.view !== "" && view !== stage.view;
      stage.view = view;
      await stage.reach(epoch, BigInt(snapshotOrdinal));
      if (isRebuilt) await stage.rebuild();
      else if (mode !== undefined && requestId === undefined) stage.take();
      else {
        forgetUnscripted(index);
        await answer(snapshot);
      }
    } else if (timeline !== undefined) {
      await stage.reach(timeline.epoch ?? "", BigInt(timeline.prevOrdinal ?? "0"));
      forgetUnscripted(index);
      await stage.commit(BigInt(timeline.ordinal ?? "0"));
    } else if (uiEvent !== undefined) {
      await stage.reach("", BigInt(uiEvent.eventOrdinal ?? "0") - 1n);
      await stage.publishNamed(uiEvent.name ?? "", uiEvent.payload);
    } else if (ephemeral !== undefined) {
      stage.ephemeral(ephemeral.key ?? "", ephemeral.payload, ephemeral.ttlMs);
    }
  }

  function forgetUnscripted(index: number): void {
    if (scenario.unscripted?.[index] !== undefined) stage.lose();
  }

  for (const [index, step] of script.steps.entries()) {
    if (step.from === "client") {
      if (isRequest(step.frame)) requests.push(step.frame);
    } else if (isOfConnection(step.frame)) {
      if (step.frame.hello !== undefined && index > 0) stage.reconnect();
    } else if (scenario.notOurs?.[index] !== undefined) {
      const { timeline } = step.frame;
      const isNews = timeline?.epoch === stage.epoch && BigInt(timeline.ordinal ?? "0") > stage.ordinal;
      if (isNews) {
        await stage.commit(BigInt(timeline.ordinal ?? "0"));
        stage.lose();
      }
    } else {
      await cause(index, step.frame);
      const produced = stage.next();
      steps.push({ index, scripted: step.frame, produced: produced && identities.inScript(produced, step.frame) });
      if (!isFollowedBySilence(script, index)) stage.take();
    }
  }
  const leftOver: ServerFrameJson[] = [];
  for (let frame = stage.next(); frame !== undefined; frame = stage.next()) leftOver.push(frame);
  return { steps, leftOver, errors: await stage.errors() };
}

/** What the socket itself says; `transport/ws` shows those. */
export function isOfConnection({ hello, ping, pong }: ServerFrameJson): boolean {
  return hello !== undefined || ping !== undefined || pong !== undefined;
}

function isRequest({ subscribe, page }: ClientFrameJson): boolean {
  return subscribe !== undefined || page !== undefined;
}

/** The next frame is an unasked DELTA: the client has stopped reading. */
function isFollowedBySilence(script: FrameScript, index: number): boolean {
  const next = script.steps[index + 1];
  if (next?.from !== "server") return false;
  const { mode, requestId } = next.frame.snapshot ?? {};
  return mode === "SNAPSHOT_MODE_DELTA" && requestId === undefined;
}
