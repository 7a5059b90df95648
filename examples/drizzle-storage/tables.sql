CREATE TABLE chat_head (
  tenant TEXT NOT NULL, session TEXT NOT NULL, revision TEXT NOT NULL, epoch TEXT NOT NULL, ordinal BIGINT NOT NULL,
  tag TEXT NOT NULL, projected BIGINT NOT NULL, view TEXT NOT NULL, horizon BIGINT NOT NULL, floor BIGINT NOT NULL,
  PRIMARY KEY (tenant, session)
);
CREATE TABLE chat_event (
  tenant TEXT NOT NULL, session TEXT NOT NULL, ordinal BIGINT NOT NULL, id TEXT NOT NULL, at DOUBLE PRECISION NOT NULL,
  name TEXT NOT NULL, payload TEXT NOT NULL, command_id TEXT, skipped_by TEXT[],
  PRIMARY KEY (tenant, session, ordinal)
);
CREATE TABLE chat_command (
  tenant TEXT NOT NULL, session TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL, fingerprint TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (tenant, session, id)
);
CREATE TABLE chat_entity (
  tenant TEXT NOT NULL, session TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, created_ordinal BIGINT NOT NULL,
  created_index INTEGER NOT NULL, last_event_ordinal BIGINT NOT NULL, created_at DOUBLE PRECISION NOT NULL,
  updated_at DOUBLE PRECISION NOT NULL, command_id TEXT, open BOOLEAN NOT NULL, removed BOOLEAN NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (tenant, session, kind, id)
);
