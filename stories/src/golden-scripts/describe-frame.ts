/** Owns how a frame reads in one line. */
import type { ClientFrameJson, ServerFrameJson } from "@sessionstream/protocol";

export function describeFrame(frame: ServerFrameJson | ClientFrameJson): string {
  if ("timeline" in frame && frame.timeline !== undefined) {
    const { prevOrdinal = "0", ordinal = "0", changes = [] } = frame.timeline;
    const what = changes.map((change) => `${changeType(change)} ${change.kind}`).join(", ");
    return `timeline ${prevOrdinal} → ${ordinal}${what === "" ? "" : `: ${what}`}`;
  }
  if ("snapshot" in frame && frame.snapshot !== undefined) {
    const { mode = "", snapshotOrdinal = "0", entities = [] } = frame.snapshot;
    return `snapshot ${mode.replace("SNAPSHOT_MODE_", "")} at ${snapshotOrdinal}, ${entities.length} entities`;
  }
  if ("subscribe" in frame && frame.subscribe !== undefined) {
    const { sinceSnapshotOrdinal } = frame.subscribe;
    return sinceSnapshotOrdinal === undefined ? "subscribe" : `subscribe since ${sinceSnapshotOrdinal}`;
  }
  if ("uiEvent" in frame && frame.uiEvent !== undefined) return `uiEvent ${frame.uiEvent.name ?? ""}`;
  return Object.keys(frame).join(", ");
}

function changeType(change: object): string {
  return ["put", "patch", "remove"].find((type) => type in change) ?? "change";
}
