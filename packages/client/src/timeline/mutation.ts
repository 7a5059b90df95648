/**
 * Owns what a mapping may ask of the timeline on behalf of a reference server's UI event, and the order it happens in.
 * Our own wire never uses it: commits carry entity changes.
 */
import { isJsonObject, type JsonObject } from "@sessionstream/protocol";

/** What immer hands a recipe: the same JSON, writable. */
export type JsonDraft = { [key: string]: unknown };

interface MutationTarget {
  readonly kind: string;
  readonly id: string;
}

interface MutationMeta {
  /** Default: unchanged; a created entity is settled. */
  readonly open?: boolean;
  /** Leaves a settled entity as it settled: a late event must not reopen it or add to it. */
  readonly whileOpen?: boolean;
}

export type TimelineMutation =
  | ({ readonly type: "delete" } & MutationTarget)
  /** Merges `props` over the payload key by key; a missing entity is created from `initial`, then `props`. */
  | ({
      readonly type: "upsert";
      readonly initial?: { readonly payload: JsonObject; readonly open?: boolean };
      readonly props: JsonObject;
    } & MutationTarget &
      MutationMeta)
  /** As `upsert`, but never creates: for sparse endings of something that may not have been shown. */
  | ({ readonly type: "upsertIfExists"; readonly props: JsonObject } & MutationTarget & MutationMeta)
  /** Grows or replaces one text field of an existing entity. */
  | ({
      readonly type: "text";
      readonly field: string;
      readonly mode: "append" | "replace";
      readonly text: string;
    } & MutationTarget &
      MutationMeta)
  /**
   * Replaces keys of one object field (`field`), or of the payload itself. With `paths` exactly the listed keys, all of
   * them: one that `props` lacks disappears. Arrays are replaced, as on the server.
   */
  | ({
      readonly type: "patch";
      readonly field?: string;
      readonly props: JsonObject;
      readonly paths?: readonly string[];
    } & MutationTarget &
      MutationMeta)
  /** An immer recipe over an existing payload, for mappings that people write. */
  | ({ readonly type: "update"; readonly recipe: (draft: JsonDraft) => void } & MutationTarget & MutationMeta);

/** What the timeline applies. Recipes became functions where their mapping was defined: here nobody needs immer. */
export type BoundMutation =
  | Exclude<TimelineMutation, { readonly type: "update" }>
  | ({ readonly type: "update"; readonly change: (payload: JsonObject) => JsonObject } & MutationTarget & MutationMeta);

/** Within one event: what goes, what comes, then what changes. Mutations of one rank keep the order they were given in. */
const RANK: Record<TimelineMutation["type"], number> = {
  delete: 0,
  upsert: 1,
  upsertIfExists: 2,
  text: 3,
  patch: 4,
  update: 5,
};

export function inMutationOrder(mutations: readonly BoundMutation[]): readonly BoundMutation[] {
  return mutations.length < 2 ? mutations : mutations.toSorted((a, b) => RANK[a.type] - RANK[b.type]);
}

/** The payload after one mutation; `undefined` when the mutation needs an entity and there is none. */
export function mutatePayload(
  payload: JsonObject | undefined,
  mutation: Exclude<BoundMutation, { readonly type: "delete" }>,
): JsonObject | undefined {
  if (payload === undefined) {
    return mutation.type === "upsert" ? assign(mutation.initial?.payload ?? {}, mutation.props, undefined) : undefined;
  }
  switch (mutation.type) {
    case "upsert":
    case "upsertIfExists":
      return assign(payload, mutation.props, undefined);
    case "text": {
      const before = payload[mutation.field];
      const text = mutation.mode === "append" && typeof before === "string" ? before + mutation.text : mutation.text;
      return assign(payload, { [mutation.field]: text }, undefined);
    }
    case "patch": {
      if (mutation.field === undefined) return assign(payload, mutation.props, mutation.paths);
      const inner = payload[mutation.field];
      return assign(
        payload,
        { [mutation.field]: assign(isJsonObject(inner) ? inner : {}, mutation.props, mutation.paths) },
        undefined,
      );
    }
    case "update":
      return mutation.change(payload);
  }
}

function assign(base: JsonObject, props: JsonObject, paths: readonly string[] | undefined): JsonObject {
  const next = new Map(Object.entries(base));
  for (const key of paths ?? Object.keys(props)) {
    const value = Object.hasOwn(props, key) ? props[key] : undefined;
    if (value === undefined) next.delete(key);
    else next.set(key, value);
  }
  // Object.fromEntries defines own keys, so `__proto__` stays data.
  return Object.fromEntries(next);
}
