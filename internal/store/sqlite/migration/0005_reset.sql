ALTER TABLE account ADD COLUMN password_advised_at INTEGER;
ALTER TABLE school ADD COLUMN paused_at INTEGER;
ALTER TABLE school ADD COLUMN paused_until INTEGER;
ALTER TABLE school ADD COLUMN pause_reason TEXT NOT NULL DEFAULT '';

-- Requests for a code by mail. They stay when their code is void, since they
-- are counted.
CREATE TABLE reset_code (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  login_id   INTEGER NOT NULL, -- the login may be pruned before the request
  key_id     TEXT NOT NULL,
  mac        BLOB, -- NULL: void
  tries      INTEGER NOT NULL,
  created_at INTEGER,
  expires_at INTEGER
) STRICT;
CREATE INDEX reset_code_account ON reset_code (account_id);

-- One login without the PIN that an operator allowed.
CREATE TABLE login_pass (
  account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE RESTRICT,
  created_at INTEGER,
  created_by TEXT NOT NULL,
  reason     TEXT NOT NULL,
  expires_at INTEGER,
  audit_seq  INTEGER NOT NULL
) STRICT;
