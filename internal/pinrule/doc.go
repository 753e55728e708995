// Package pinrule judges whether a new PIN is too easy to guess, and proposes
// random PINs that are not.
//
// The rules follow what people were seen to choose; docs/pins.md gives the
// reasons and the measured effect. The package must not know who asks, how a
// PIN is stored or what a policy is: it gets the lengths, the birth dates and
// the time from its caller, and keeps nothing. No error of it tells the PIN.
package pinrule

//go:generate go run ./genlist
