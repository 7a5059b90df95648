import type { EntityPatchJson } from "../gen/sessionstream/v1/transport_pb.ts";
import type { JsonObject } from "../json.ts";

export type PatchResult =
  | { readonly ok: true; readonly payload: JsonObject }
  | { readonly ok: false; readonly reason: "offset" | "not-text" | "malformed" };

export declare function applyEntityPatch(payload: JsonObject, patch: EntityPatchJson): PatchResult;
