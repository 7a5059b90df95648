/**
 * Owns what a tool's result says about a view to be shown: the shapes in which tools return one, and nothing about how
 * it is drawn. Results come from tools: whatever does not have such a shape is simply none.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { ContentBlock } from "./message-row.ts";

export interface RenderExtraction {
  /**
   * `wrapped`: under `render` or `stackItem`. `direct`: the result itself. `mcp-ui`: a result whose `_meta.ui` names a
   * resource. `nested`: wrapped or direct, one level below.
   */
  readonly shape: "direct" | "wrapped" | "mcp-ui" | "nested";
  readonly payload: JsonObject;
}

/** @param result an object, or its JSON text */
export function extractRender(result: JsonValue): RenderExtraction | null {
  const object = objectOf(result);
  if (object === null) return null;
  const here = wrappedOrDirect(object);
  if (here !== null) return here;
  if (inlineUi(object) !== null) return { shape: "mcp-ui", payload: object };
  for (const below of Object.values(object)) {
    const found = isJsonObject(below) ? wrappedOrDirect(below) : null;
    if (found !== null) return { ...found, shape: "nested" };
  }
  return null;
}

/** The id of the view's session: in the result, or one level below. */
export function renderSessionId(result: JsonValue): string | null {
  const object = objectOf(result);
  if (object === null) return null;
  const candidates = [object, ...Object.values(object).filter(isJsonObject)].map((place) => place["sessionId"]);
  return candidates.find((id): id is string => typeof id === "string" && id !== "") ?? null;
}

/** A point of the conversation at which a view is shown. */
export interface UiMoment {
  /** Id of the tool call. */
  readonly key: string;
  readonly sessionId: string | null;
  readonly source:
    | { readonly type: "inline"; readonly ui: JsonObject }
    | { readonly type: "resource"; readonly url: string };
}

export interface UiMomentOptions {
  /** Of the server that keeps the sessions of views. Without it only inline views are found. */
  readonly origin?: string;
}

/** In the order of the results; what a result brings along is preferred to what would have to be fetched. */
export function uiMomentsOf(blocks: readonly ContentBlock[], { origin }: UiMomentOptions = {}): readonly UiMoment[] {
  const base = origin?.trim().replace(/\/+$/, "");
  return blocks.flatMap((block): readonly UiMoment[] => {
    if (block.type !== "tool_result" || block.is_error === true) return [];
    const object = objectOf(block.content);
    const sessionId = renderSessionId(block.content)?.trim() || null;
    const ui = object === null ? null : inlineUi(object);
    if (ui !== null) return [{ key: block.tool_use_id, sessionId, source: { type: "inline", ui } }];
    if (sessionId === null || base === undefined || base === "") return [];
    const url = `${base}/api/sessions/${encodeURIComponent(sessionId)}/resource`;
    return [{ key: block.tool_use_id, sessionId, source: { type: "resource", url } }];
  });
}

function wrappedOrDirect(object: JsonObject): RenderExtraction | null {
  for (const wrapper of [object["render"], object["stackItem"]]) {
    if (isJsonObject(wrapper) && isText(wrapper["id"])) return { shape: "wrapped", payload: wrapper };
  }
  return isText(object["id"]) && isText(object["componentCode"]) ? { shape: "direct", payload: object } : null;
}

function inlineUi({ _meta: meta }: JsonObject): JsonObject | null {
  const ui = isJsonObject(meta) ? meta["ui"] : undefined;
  return isJsonObject(ui) && isText(ui["resourceUri"]) ? ui : null;
}

function objectOf(result: JsonValue): JsonObject | null {
  if (isJsonObject(result)) return result;
  if (typeof result !== "string" || !result.trimStart().startsWith("{")) return null;
  try {
    // CAST: text that begins with a brace and is JSON is an object.
    return JSON.parse(result) as JsonObject;
  } catch {
    return null;
  }
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value !== "";
}
