package secret

// AuditMAC gives the HMAC that chains an audit record to the one before it:
// prev is that record's MAC, empty for the first. A key that is not in the ring
// is access.ErrUnusable.
func (k *Keyring) AuditMAC(keyID string, prev, record []byte) ([]byte, error) {
	return k.mac(keyID, purposeAuditChain, prev, record)
}

// DetailMAC gives the keyed hash by which a chained record covers its details
// (logins, names, addresses, reasons), which stand in a side table and may be
// erased without breaking the chain. A key that is not in the ring is
// access.ErrUnusable.
func (k *Keyring) DetailMAC(keyID string, seq int64, detail []byte) ([]byte, error) {
	return k.mac(keyID, purposeAuditDetail, number(seq), detail)
}
