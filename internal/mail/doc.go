// Package mail writes the mails that people are owed and hands them to a mail
// server, or to a folder while developing. It decides neither whether nor when a
// mail goes out.
//
// No mail holds a link, and no subject a secret or anything that a person has
// typed.
package mail
