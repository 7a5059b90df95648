/** Owns which columns are read. By name, never `*`: a prepared statement would break when a newer version adds one. */
export const HEAD_COLUMNS = "revision, epoch, ordinal, tag, projected, view, horizon, floor";
export const EVENT_COLUMNS = "ordinal, id, at, name, payload, command_id, skipped_by";
export const COMMAND_COLUMNS = "id, scope, fingerprint, outcome";
export const ENTITY_COLUMNS =
  "kind, id, created_ordinal, created_index, last_event_ordinal, created_at, updated_at, command_id, open, removed, payload";
