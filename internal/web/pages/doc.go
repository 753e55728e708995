// Package pages has the pages that people meet in their browser: they enter or
// set a PIN there, register the device, look after their account. Each is written
// on the server, does one thing, and works without script; what changes something
// is a POST that is answered by the address of the next page.
package pages
