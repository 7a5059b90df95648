/** Owns reading the payloads of the Go chat package: zero values are absent, enums are names, correlations are sparse. */
import { isJsonObject, type JsonObject } from "@sessionstream/protocol";
import type { TimelineEntity } from "../timeline/entity.ts";

export function textField(payload: JsonObject, name: string): string {
  const text = payload[name];
  return typeof text === "string" ? text : "";
}

/** The named texts that say something: what is empty must not erase what an earlier event said. */
export function saidTexts(payload: JsonObject, ...names: readonly string[]): JsonObject {
  const said = names.map((name) => [name, textField(payload, name)] as const).filter(([, text]) => text !== "");
  return Object.fromEntries(said);
}

export function objectField(payload: JsonObject, name: string): JsonObject {
  const value = payload[name];
  return isJsonObject(value) ? value : {};
}

/** Unspecified means append; every other mode says the whole text. */
export function patchMode(payload: JsonObject): "append" | "replace" {
  const mode = textField(payload, "mode");
  return mode === "" || mode.endsWith("_UNSPECIFIED") || mode.endsWith("_APPEND") ? "append" : "replace";
}

/** A correlation as mutations merge it, field by field: only what is not empty. */
export function correlationOf(payload: JsonObject): JsonObject {
  const correlation = objectField(payload, "correlation");
  return saidTexts(correlation, ...Object.keys(correlation));
}

/**
 * A snapshot entity as live events would have left it: zero values filled in, ours the name of the type, open by the
 * rule of its kind.
 */
export function completed(
  entity: TimelineEntity,
  zero: JsonObject,
  isOpen: (payload: JsonObject) => boolean,
): TimelineEntity {
  const payload: JsonObject = { ...zero, ...entity.payload, "@type": zero["@type"] ?? "" };
  return { ...entity, open: isOpen(payload), payload };
}
