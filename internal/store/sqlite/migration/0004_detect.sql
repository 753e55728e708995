-- Where a login that failed came from: an IPv4 address, or an IPv6 /64. NULL for
-- all others, so that the index holds what was tried alone.
ALTER TABLE login ADD COLUMN tried_from TEXT;
-- Public id of another account's device, whose token was presented.
ALTER TABLE login ADD COLUMN borrowed TEXT NOT NULL DEFAULT '';

CREATE INDEX login_tried ON login (tried_from, started_at, account_id) WHERE tried_from IS NOT NULL;
CREATE INDEX login_borrowed ON login (borrowed, started_at, account_id) WHERE borrowed <> '';
CREATE INDEX login_registered ON login (ip, started_at) WHERE registered = 1;
CREATE INDEX alert_kind ON alert (account_id, kind);
CREATE INDEX alert_address ON alert (ip, kind) WHERE account_id IS NULL;
