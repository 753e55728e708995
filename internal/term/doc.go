// Package term talks to the person at the controlling terminal: hidden and
// visible prompts, the width of the screen, a progress bar.
//
// It opens /dev/tty itself, so that standard input stays free for data, and it
// knows nothing of PINs or commands. Prompts and labels are written as given:
// taming foreign text in them is the caller's business.
package term
