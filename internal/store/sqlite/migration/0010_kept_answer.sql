-- Requests that their callers may send again, with the sealed answer they got,
-- for minutes.
CREATE TABLE kept_answer (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  caller         TEXT NOT NULL,
  name_hash      BLOB NOT NULL,
  request_key_id TEXT NOT NULL,
  request_mac    BLOB NOT NULL, -- a plain hash of a body with a PIN could be guessed
  answer_key_id  TEXT NOT NULL,
  answer         BLOB, -- NULL: it is being answered
  turn           INTEGER NOT NULL,
  lease_until    INTEGER,
  expires_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX kept_answer_name ON kept_answer (caller, name_hash);
CREATE INDEX kept_answer_expires ON kept_answer (expires_at);
