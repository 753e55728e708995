-- Where a reverse proxy says who is logged in; empty: the portal is none.
ALTER TABLE portal ADD COLUMN identity_header TEXT NOT NULL DEFAULT '';

-- Browsers' ways from an application to pinward's page and back. Tokens and ids
-- stand here and below as SHA-256.
CREATE TABLE gate_start (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  hash       BLOB NOT NULL UNIQUE,
  key_id     TEXT NOT NULL, -- the token is derived under, from the salt
  salt       BLOB NOT NULL,
  about      BLOB NOT NULL UNIQUE, -- hash of whom, by which portal and where to
  portal_id  INTEGER NOT NULL REFERENCES portal (id) ON DELETE RESTRICT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  sso_hash   BLOB,
  return_url TEXT NOT NULL,
  url        TEXT NOT NULL,
  expires_at INTEGER
) STRICT;
CREATE INDEX gate_start_account ON gate_start (account_id, portal_id);
CREATE INDEX gate_start_expires ON gate_start (expires_at);

-- Browsers that got past a gate.
CREATE TABLE gate_session (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  hash       BLOB NOT NULL UNIQUE,
  portal_id  INTEGER NOT NULL REFERENCES portal (id) ON DELETE RESTRICT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  login_id   INTEGER NOT NULL, -- the login may be pruned before the session
  device_id  TEXT NOT NULL, -- public id
  state      TEXT NOT NULL,
  sso_hash   BLOB,
  passed_at  INTEGER,
  seen_at    INTEGER,
  expires_at INTEGER,
  ended_at   INTEGER,
  audit_seq  INTEGER NOT NULL
) STRICT;
CREATE INDEX gate_session_account ON gate_session (account_id) WHERE ended_at IS NULL;
CREATE INDEX gate_session_portal ON gate_session (portal_id) WHERE ended_at IS NULL;
CREATE INDEX gate_session_expires ON gate_session (expires_at);

CREATE INDEX page_code ON page (code_hash) WHERE code_hash IS NOT NULL;
