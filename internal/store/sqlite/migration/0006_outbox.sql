-- Mails are counted by the address that they go to.
CREATE INDEX notice_address ON notice (address, state, sent_at);
