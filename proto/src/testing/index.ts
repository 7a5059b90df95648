// Runs in Node and in browsers. Random messages, which need fast-check, are in "./testing/arbitraries".
export {
  FRAME_SCRIPT_NAMES,
  type FrameScript,
  type FrameScriptName,
  frameScript,
  type ScriptEntity,
  type ScriptStep,
  type ScriptTimeline,
} from "./frame-script.ts";
export { sameJson } from "./same-json.ts";
