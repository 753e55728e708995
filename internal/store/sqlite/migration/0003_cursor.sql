-- How far an export has come that goes on where it ended. The alert may be
-- pruned or erased before the cursor; alerts' keys never come back.
CREATE TABLE cursor (
  name           TEXT PRIMARY KEY,
  selection      TEXT NOT NULL, -- what it exports
  alert_id       INTEGER NOT NULL, -- all up to it are exported
  pending_to     INTEGER NOT NULL, -- 0: nothing is pending
  pending_path   TEXT NOT NULL,
  pending_digest BLOB, -- SHA-256 of the finished file
  moved_at       INTEGER,
  audit_seq      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
