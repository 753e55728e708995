-- Times are Unix milliseconds in UTC, NULL where unset; days are YYYY-MM-DD.
-- Texts that may be unset are '', except where uniqueness needs NULL.
-- Keys that people or cursors remember never come back (AUTOINCREMENT).

CREATE TABLE school (
  id         INTEGER PRIMARY KEY,
  code       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  contact    TEXT NOT NULL,
  time_zone  TEXT NOT NULL,
  lang       TEXT NOT NULL,
  networks   TEXT NOT NULL, -- CIDR, CIDR=shared or CIDR=never, one a line
  created_at INTEGER
) STRICT;

CREATE TABLE account (
  id                  INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id           TEXT NOT NULL UNIQUE,
  login               TEXT NOT NULL UNIQUE,
  external_id         TEXT UNIQUE,
  family_name         TEXT NOT NULL,
  given_name          TEXT NOT NULL,
  profile             TEXT NOT NULL,
  group_name          TEXT NOT NULL,
  lang                TEXT NOT NULL,
  email               TEXT NOT NULL,
  ends_on             TEXT,
  status              TEXT NOT NULL,
  status_reason       TEXT NOT NULL,
  protection          TEXT NOT NULL,
  imported            INTEGER NOT NULL CHECK (imported IN (0, 1)),
  chosen_at           INTEGER,
  password_changed_at INTEGER,
  created_at          INTEGER,
  updated_at          INTEGER,
  audit_seq           INTEGER NOT NULL
) STRICT;

CREATE TABLE account_school (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  position   INTEGER NOT NULL, -- 0 is the home school
  school_id  INTEGER NOT NULL REFERENCES school (id) ON DELETE RESTRICT,
  PRIMARY KEY (account_id, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_school_school ON account_school (school_id, account_id);

CREATE TABLE account_student (
  guardian_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  student_id  INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  PRIMARY KEY (guardian_id, student_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_student_student ON account_student (student_id, guardian_id);

CREATE TABLE birth_date (
  account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE RESTRICT,
  key_id     TEXT NOT NULL,
  sealed     BLOB NOT NULL
) STRICT;

CREATE TABLE policy (
  profile            TEXT NOT NULL,
  version            INTEGER NOT NULL,
  allowed            TEXT NOT NULL, -- protections, separated by spaces
  default_protection TEXT NOT NULL,
  imposed            INTEGER NOT NULL CHECK (imposed IN (0, 1)),
  effective_at       INTEGER,
  grace_ms           INTEGER NOT NULL,
  window_ms          INTEGER NOT NULL,
  pin_min            INTEGER NOT NULL,
  pin_max            INTEGER NOT NULL,
  pin_suggest        INTEGER NOT NULL,
  device_days        INTEGER NOT NULL,
  idle_days          INTEGER NOT NULL,
  max_devices        INTEGER NOT NULL,
  self_reset         INTEGER NOT NULL CHECK (self_reset IN (0, 1)),
  changed_at         INTEGER,
  audit_seq          INTEGER NOT NULL,
  PRIMARY KEY (profile, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE pin (
  account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE RESTRICT,
  sealed     BLOB, -- NULL: no PIN
  key_id     TEXT NOT NULL,
  set_at     INTEGER,
  set_by     TEXT NOT NULL,
  temporary  INTEGER NOT NULL CHECK (temporary IN (0, 1)),
  cleared_at INTEGER,
  audit_seq  INTEGER NOT NULL
) STRICT;

-- The three attempt tables take the account 0, which stands for every unknown
-- account, so they cannot refer to account.
CREATE TABLE attempt (
  account_id   INTEGER PRIMARY KEY,
  failed       INTEGER NOT NULL DEFAULT 0,
  locked_at    INTEGER,
  locked_until INTEGER,
  blocked_at   INTEGER
) STRICT;

CREATE TABLE attempt_lease (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  lease      TEXT NOT NULL,
  login_id   INTEGER NOT NULL, -- 0: no login
  at         INTEGER
) STRICT;
CREATE INDEX attempt_lease_account ON attempt_lease (account_id);

CREATE TABLE attempt_wrong (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  at         INTEGER
) STRICT;
CREATE INDEX attempt_wrong_account ON attempt_wrong (account_id);

CREATE TABLE setup_code (
  account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE RESTRICT,
  key_id     TEXT NOT NULL,
  mac        BLOB NOT NULL,
  tries      INTEGER NOT NULL,
  created_at INTEGER,
  created_by TEXT NOT NULL,
  expires_at INTEGER
) STRICT;

CREATE TABLE device (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id      TEXT NOT NULL UNIQUE,
  account_id     INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
  label          TEXT NOT NULL,
  label_folded   TEXT NOT NULL,
  kind           TEXT NOT NULL,
  proof          TEXT NOT NULL,
  browser_family TEXT NOT NULL,
  browser_os     TEXT NOT NULL,
  last_ip        TEXT,
  token_key_id   TEXT NOT NULL,
  salt           BLOB,
  generation     INTEGER NOT NULL,
  token_hash     BLOB,
  presented_at   INTEGER,
  first_seen_at  INTEGER,
  last_seen_at   INTEGER,
  expires_at     INTEGER,
  revoked_at     INTEGER,
  revoked_by     TEXT NOT NULL,
  revoked_reason TEXT NOT NULL,
  audit_seq      INTEGER NOT NULL
) STRICT;
CREATE INDEX device_account ON device (account_id);
CREATE UNIQUE INDEX device_label ON device (account_id, label_folded) WHERE revoked_at IS NULL;

CREATE TABLE login (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  id_hash    BLOB UNIQUE,
  account_id INTEGER REFERENCES account (id) ON DELETE RESTRICT, -- NULL: unknown account
  opened_by  TEXT NOT NULL,
  started_at INTEGER,
  expires_at INTEGER,
  ended_at   INTEGER,
  state      TEXT NOT NULL,
  decision   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  ip         TEXT,
  user_agent TEXT NOT NULL,
  device_id  TEXT NOT NULL, -- public id
  wrong_pins INTEGER NOT NULL,
  pin_at     INTEGER,
  recognized INTEGER NOT NULL CHECK (recognized IN (0, 1)),
  may_choose INTEGER NOT NULL CHECK (may_choose IN (0, 1)),
  registered INTEGER NOT NULL CHECK (registered IN (0, 1)),
  token      TEXT NOT NULL -- what the presented device token was worth
) STRICT;
CREATE INDEX login_account ON login (account_id, state);
CREATE INDEX login_started ON login (started_at);
CREATE INDEX login_overdue ON login (expires_at) WHERE state = 'open';

CREATE TABLE alert (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  at          INTEGER,
  kind        TEXT NOT NULL,
  severity    TEXT NOT NULL,
  state       TEXT NOT NULL,
  account_id  INTEGER REFERENCES account (id) ON DELETE RESTRICT,
  school      TEXT NOT NULL, -- code of the home school at that time
  ip          TEXT,
  user_agent  TEXT NOT NULL,
  device_id   TEXT NOT NULL, -- public id
  login_id    INTEGER NOT NULL, -- 0: no login; the login may be pruned before the alert
  incident_id TEXT NOT NULL,
  text        TEXT NOT NULL,
  answered_at INTEGER,
  answered_by TEXT NOT NULL,
  answer      TEXT NOT NULL,
  audit_seq   INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_account ON alert (account_id);
CREATE INDEX alert_incident ON alert (incident_id);
CREATE INDEX alert_school ON alert (school);
CREATE INDEX alert_at ON alert (at);

-- Records are never changed. Deleting them is left possible, because retention
-- prunes old ones; the chain of MACs shows a deletion that was not pruning.
CREATE TABLE audit (
  seq         INTEGER PRIMARY KEY,
  at          INTEGER,
  actor       TEXT NOT NULL,
  role        TEXT NOT NULL,
  action      TEXT NOT NULL,
  target_kind TEXT NOT NULL,
  target      TEXT NOT NULL,
  result      TEXT NOT NULL,
  key_id      TEXT NOT NULL,
  detail_mac  BLOB,
  prev        BLOB,
  mac         BLOB
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor);
CREATE INDEX audit_action ON audit (action);
CREATE INDEX audit_target ON audit (target);
CREATE TRIGGER audit_update BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'audit records are never changed');
END;

-- What could tell people apart; NULL or no row once erased.
CREATE TABLE audit_detail (
  seq    INTEGER PRIMARY KEY REFERENCES audit (seq) ON DELETE RESTRICT,
  detail TEXT
) STRICT;
CREATE TRIGGER audit_detail_update BEFORE UPDATE ON audit_detail
WHEN NEW.detail IS NOT NULL OR NEW.seq IS NOT OLD.seq
BEGIN
  SELECT RAISE(ABORT, 'audit details are only ever erased');
END;

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
