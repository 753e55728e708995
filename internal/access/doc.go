// Package access is pinward's domain: schools, accounts, policies, recognized
// devices, logins, alerts and audit records, with the rules that hold for each
// of them alone.
//
// It knows no storage, no clock, no randomness and no output: callers pass the
// time in and decide what to do with the errors that come out.
package access
