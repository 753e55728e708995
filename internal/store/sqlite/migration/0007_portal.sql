-- Programs that run logins. Those that were revoked stay, since the login log
-- and the audit name them.
CREATE TABLE portal (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT NOT NULL,
  scopes      TEXT NOT NULL, -- separated by spaces, like all lists here
  schools     TEXT NOT NULL, -- codes
  return_urls TEXT NOT NULL,
  networks    TEXT NOT NULL,
  uids        TEXT NOT NULL,
  created_at  INTEGER,
  revoked_at  INTEGER,
  revoked_by  TEXT NOT NULL,
  audit_seq   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX portal_name ON portal (name) WHERE revoked_at IS NULL;

CREATE TABLE portal_key (
  id           TEXT PRIMARY KEY, -- public
  portal_id    INTEGER NOT NULL REFERENCES portal (id) ON DELETE RESTRICT,
  hash         BLOB NOT NULL,
  created_at   INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX portal_key_portal ON portal_key (portal_id);
