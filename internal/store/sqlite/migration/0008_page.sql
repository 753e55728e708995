-- Visits of pinward's own pages. Links, browsers' secrets and codes stand here
-- as SHA-256.
CREATE TABLE page (
  id                  INTEGER PRIMARY KEY AUTOINCREMENT,
  login_id            INTEGER NOT NULL REFERENCES login (id) ON DELETE CASCADE,
  kind                TEXT NOT NULL,
  link_hash           BLOB NOT NULL,
  link_until          INTEGER,
  browser_hash        BLOB, -- NULL: no browser came yet, or it left
  visited_at          INTEGER,
  return_url          TEXT NOT NULL,
  state               TEXT NOT NULL,
  code_hash           BLOB, -- NULL: none is out
  code_until          INTEGER,
  code_tries          INTEGER NOT NULL,
  redeemed_at         INTEGER,
  password_changed_at INTEGER,
  created_at          INTEGER
) STRICT;
CREATE UNIQUE INDEX page_link ON page (link_hash);
CREATE UNIQUE INDEX page_browser ON page (browser_hash) WHERE browser_hash IS NOT NULL;
CREATE UNIQUE INDEX page_login ON page (login_id) WHERE kind = 'login';
CREATE INDEX page_of ON page (login_id);
CREATE INDEX page_created ON page (created_at);
