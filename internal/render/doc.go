// Package render writes rows as a table or an HTML page for people, or as JSON,
// JSON Lines, CSV or XLSX for programs, all from one column list per resource,
// so that the formats cannot drift apart. It also tames text that came from
// outside before a terminal, a log, a browser or a spreadsheet sees it.
//
// It knows nothing of accounts or devices, and takes the time and the width of
// the terminal from its caller.
package render
