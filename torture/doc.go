// Package torture treats pinward badly: many processes on one store, kill -9,
// system calls that fail, full disks, damaged files and hostile input. It has
// tests only. They drive the built program as processes of its own and know
// nothing of its parts but the exit codes, the words it prints, and the tables
// that they look at and damage.
//
// PINWARD_TORTURE chooses how much: nothing is what go test runs everywhere,
// short and full need root and strace (docs/torture.md).
package torture
