/**
 * Owns the golden frame scripts (fixtures/*.json): conversations on the wire with what a client holds in the end.
 * Client tests replay them, server tests produce them, stories play them. Works in Node and in browsers.
 *
 * A player answers with its client's own request ids: where a script says `r-1`, it means the client's first request,
 * `r-2` its second, and so on. A second `hello` means that the connection was lost and made again.
 */
import behind from "../../fixtures/behind.json" with { type: "json" };
import duplicateAndForeign from "../../fixtures/duplicate-and-foreign.json" with { type: "json" };
import ephemeral from "../../fixtures/ephemeral.json" with { type: "json" };
import epochChange from "../../fixtures/epoch-change.json" with { type: "json" };
import firstMessage from "../../fixtures/first-message.json" with { type: "json" };
import gapAndResync from "../../fixtures/gap-and-resync.json" with { type: "json" };
import openBelowFloor from "../../fixtures/open-below-floor.json" with { type: "json" };
import parts from "../../fixtures/parts.json" with { type: "json" };
import referenceSession from "../../fixtures/reference-session.json" with { type: "json" };
import resumeDelta from "../../fixtures/resume-delta.json" with { type: "json" };
import stopAndFail from "../../fixtures/stop-and-fail.json" with { type: "json" };
import unknownKinds from "../../fixtures/unknown-kinds.json" with { type: "json" };
import viewChange from "../../fixtures/view-change.json" with { type: "json" };
import windowAndPage from "../../fixtures/window-and-page.json" with { type: "json" };
import type { ClientFrameJson, ServerFrameJson } from "../gen/sessionstream/v1/transport_pb.ts";
import type { JsonObject } from "../json.ts";

/** An entity as a client holds it. */
export interface ScriptEntity {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: string;
  readonly createdIndex: number;
  readonly lastEventOrdinal: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly open: boolean;
  readonly commandId?: string;
  readonly payload: JsonObject;
}

/** What a client holds; absent parts are empty, zero or false. */
export interface ScriptTimeline {
  readonly cursor: { readonly epoch: string; readonly view: string; readonly ordinal: string; readonly tag: string };
  readonly windowFloor?: string;
  readonly hasEarlier?: boolean;
  /** In display order. */
  readonly entities: readonly ScriptEntity[];
  readonly ephemerals?: readonly { readonly key: string; readonly payload: JsonObject }[];
}

interface StepBase {
  /** Why this step is here. */
  readonly note?: string;
  /** What the client holds after the step. */
  readonly expectAfter?: ScriptTimeline;
}

export type ScriptStep =
  | (StepBase & { readonly from: "server"; readonly frame: ServerFrameJson })
  | (StepBase & { readonly from: "client"; readonly frame: ClientFrameJson });

export type FrameScriptName =
  | "first-message"
  | "resume-delta"
  | "gap-and-resync"
  | "window-and-page"
  | "parts"
  | "behind"
  | "epoch-change"
  | "view-change"
  | "duplicate-and-foreign"
  | "ephemeral"
  | "open-below-floor"
  | "unknown-kinds"
  | "stop-and-fail"
  | "reference-session";

export interface FrameScript {
  readonly name: FrameScriptName;
  readonly description: string;
  readonly session: string;
  /**
   * A server without capabilities. Its events become entities by mappings, so entities are expected to contain what is
   * written: payload keys that are not, and times, are free.
   */
  readonly reference?: boolean;
  readonly steps: readonly ScriptStep[];
  readonly expect: ScriptTimeline;
}

const files: Readonly<Record<FrameScriptName, unknown>> = {
  "first-message": firstMessage,
  "resume-delta": resumeDelta,
  "gap-and-resync": gapAndResync,
  "window-and-page": windowAndPage,
  parts,
  behind,
  "epoch-change": epochChange,
  "view-change": viewChange,
  "duplicate-and-foreign": duplicateAndForeign,
  ephemeral,
  "open-below-floor": openBelowFloor,
  "unknown-kinds": unknownKinds,
  "stop-and-fail": stopAndFail,
  "reference-session": referenceSession,
};

// CAST: the names are the keys above.
export const FRAME_SCRIPT_NAMES = Object.keys(files) as readonly FrameScriptName[];

export function frameScript(name: FrameScriptName): FrameScript {
  // CAST: frame-script.test.ts checks every file against the wire's schemas and replays it.
  return files[name] as FrameScript;
}
