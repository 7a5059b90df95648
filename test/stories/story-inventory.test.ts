/** The stories a reviewer must find. Read from the story files as Storybook's own index reads them. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FRAME_SCRIPT_NAMES } from "@sessionstream/protocol/testing";
import { storyNameFromExport, toId } from "storybook/internal/csf";
import { loadCsf } from "storybook/internal/csf-tools";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../stories/src/", import.meta.url));

const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".stories.tsx"));
const files = paths.map((path) => {
  const csf = loadCsf(readFileSync(root + path, "utf8"), { fileName: path, makeTitle: (title) => title ?? "" }).parse();
  return { path, title: csf.meta.title ?? "", stories: csf.stories };
});
const ids = new Set(files.flatMap(({ stories }) => stories.map((story) => story.id)));

/** By title: the exports of its stories. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  "Kit/ChatWidget": ["Closed", "Open", "OpenEmpty", "ByKeyboard", "Unread", "Answering", "Narrow"],
  "Kit/ChatPanel": [
    "Empty",
    "Conversation",
    "Working",
    "Streaming",
    "LiveScript",
    "Live",
    "Answered",
    "Stopped",
    "FailedAnswer",
    "Offline",
    "FailedSend",
    "Slots",
  ],
  "Kit/ThreadList": [
    "Conversations",
    "Empty",
    "Loading",
    "Failed",
    "Offline",
    "Unread",
    "Pinned",
    "Archived",
    "SearchWithoutHit",
    "Actions",
    "Narrow",
    "Dark",
    "RightToLeft",
    "BesideTheChat",
  ],
  "Kit/Appearance": ["Light", "Dark", "Brand", "RightToLeft", "Narrow", "ReducedMotion"],
  "Widgets/User message": [
    "Sent",
    "Sending",
    "Waiting",
    "WaitingDiscarded",
    "Failed",
    "Retried",
    "Discarded",
    "Refused",
    "LongText",
    "RightToLeftText",
  ],
  "Widgets/Assistant message": [
    "Streaming",
    "Finished",
    "Markdown",
    "Code",
    "Table",
    "Links",
    "BlockedImage",
    "UnbrokenText",
    "Failed",
  ],
  "Widgets/Markdown": ["Lists", "Hostile", "HalfWritten", "HiddenCharacters", "AllowedImages"],
  "Widgets/Reasoning": ["Streaming", "Collapsed", "Expanded"],
  "Widgets/Tool call": [
    "Started",
    "Requested",
    "RequestedAtWork",
    "Running",
    "Completed",
    "Failed",
    "Denied",
    "Cancelled",
    "Interrupted",
  ],
  "Widgets/Approval": [
    "Pending",
    "Dark",
    "RightToLeft",
    "Narrow",
    "ExpiresSoon",
    "LongArguments",
    "Sending",
    "Approved",
    "Refusing",
    "Denied",
    "Expired",
    "Cancelled",
    "AnsweredElsewhere",
    "NotDelivered",
    "Offline",
    "NotAllowed",
    "OfOthers",
    "Several",
    "WithoutItsCall",
    "InAPanel",
  ],
  "Widgets/Tool result": ["Json", "Text", "Empty", "Failed"],
  "Widgets/Run": ["Failed", "Interrupted", "Stopped", "Queued"],
  "Widgets/Custom widget": [
    "Streaming",
    "Ready",
    "Failed",
    "UnknownKind",
    "UnknownKindWithoutContent",
    "BrokenRenderer",
  ],
  "Widgets/Agent mode": ["Committed", "Preview", "Decided", "LeftBehind"],
  "Widgets/Widget instance": ["Streaming", "Ready", "Empty", "Failed", "UnknownWidget", "Broken"],
  "Widgets/Connection banner": ["Offline", "Reconnecting", "Trying", "Failed"],
  "Widgets/Status glyph": ["EveryState"],
  "Widgets/Composer": [
    "Empty",
    "Typed",
    "SentByKey",
    "Multiline",
    "LongText",
    "InputMethod",
    "Disabled",
    "Streaming",
    "Stopped",
  ],
  "Widgets/Transcript": ["Short", "Long", "Detached", "JumpedToLatest", "LoadEarlier"],
  "Devtools/Status bar": ["Connected", "Troubled", "Disconnected", "ExportMenu"],
  "Devtools/Error panel": ["Empty", "Errors", "Detail", "Dismissed"],
  "Devtools/Event viewer": ["Empty", "Turn", "Expanded", "Paused", "Long", "Raw"],
  "Devtools/Timeline debug": ["Empty", "Tree", "Yaml", "Raw"],
  "States/Loading": ["Loading"],
  "States/Empty": ["Greeting", "Suggestions"],
  "States/Load failed": ["Failed", "Retried", "RetriedInVain"],
};

describe("V25 every widget has a story in every state", () => {
  it.each(Object.entries(REQUIRED))("V25 %s", (title, names) => {
    const missing = names.filter((name) => !ids.has(toId(title, storyNameFromExport(name))));
    expect(missing).toEqual([]);
  });

  it("V25 every golden script is played in a story", () => {
    const missing = FRAME_SCRIPT_NAMES.filter((name) => !ids.has(toId("Golden scripts/Frame by frame", name)));
    expect(missing).toEqual([]);
  });

  it("V25 no story is without a name for its widget", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter(({ title }) => title === "").map(({ path }) => path)).toEqual([]);
  });
});
