// Package e2e holds the tests that need other programs: what pinward writes is
// read by the program that people open it with. `make e2e` installs these on
// Debian, and runs the tests, which the tag e2e keeps out of `make test`.
package e2e
