// Package roster reads account files into access.Roster: OneRoster 1.1 and 1.2
// folders, and plain CSV; and the login logs of portals into access.LoginLog.
//
// It knows no store and no account that exists already: what a file means for
// them is for its callers to decide. Columns that nobody asked for, passwords
// above all, never leave the CSV reader, and no error or problem quotes a cell
// or a line of a file.
package roster
