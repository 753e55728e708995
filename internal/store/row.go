package store

import "pinward/internal/access"

// A Row is one row as EachRow reads it, or what is wrong with it.
type Row struct {
	Table string
	Name  string // as in a Problem; empty where the rest of the table cannot be read
	Fault string // why it cannot be read; empty where it was
	// Value points to what was read, until each returns: an access.School,
	// Account, Policy, SetupCode, Attempts (the counts alone), Lease, Device, Login,
	// Alert or AuditRecord, a CredentialRow, a BirthDateRow, or what nobody reads by
	// itself.
	Value any
}

// A CredentialRow is the state of a PIN, and whose it is: nobody's where the
// account is gone.
type CredentialRow struct {
	AccountID string
	Login     string
	access.Credential
}

// A BirthDateRow is a sealed birth date, and whose it is: nobody's where the
// account is gone.
type BirthDateRow struct {
	AccountID string
	access.Sealed
}
