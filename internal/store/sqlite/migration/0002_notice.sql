ALTER TABLE school ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN email_changed_at INTEGER;
ALTER TABLE account ADD COLUMN mail_failed_at INTEGER;

-- What people are owed to be told. The mail is sent after the commit, and more
-- than once where nobody knows whether it arrived.
CREATE TABLE notice (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id     TEXT NOT NULL UNIQUE,
  at            INTEGER,
  kind          TEXT NOT NULL,
  account_id    INTEGER REFERENCES account (id) ON DELETE RESTRICT, -- NULL: about nobody in particular
  school        TEXT NOT NULL, -- code
  to_school     INTEGER NOT NULL CHECK (to_school IN (0, 1)),
  address       TEXT NOT NULL,
  lang          TEXT NOT NULL,
  facts         TEXT NOT NULL, -- JSON
  secret_key_id TEXT NOT NULL,
  secret        BLOB, -- NULL: none, or sent
  topic         TEXT NOT NULL,
  alert_id      INTEGER NOT NULL, -- 0: no alert; the alert may be pruned before the notice
  message_id    TEXT NOT NULL,
  state         TEXT NOT NULL,
  tries         INTEGER NOT NULL,
  next_at       INTEGER,
  leased_until  INTEGER,
  sent_at       INTEGER,
  last_error    TEXT NOT NULL,
  seen_at       INTEGER,
  audit_seq     INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_account ON notice (account_id, kind, topic);
CREATE INDEX notice_at ON notice (at);
CREATE INDEX notice_waiting ON notice (next_at) WHERE state = 'waiting';
