package torture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func badPINs() []hostile {
	// The player has no PIN that any of these could be the same as.
	one := func(name, pin, says string) hostile {
		secret := pin
		if len(pin) > 64 {
			secret = pin[:64]
		}
		return hostile{name: name, in: pin + "\n", args: []string{"pin", "set", "edited", "--pin-stdin"}, code: 5, says: says, secret: secret}
	}
	none := hostile{name: "of nothing at all", args: []string{"pin", "set", "edited", "--pin-stdin"}, code: 2, says: "empty"}
	empty := one("of an empty line", "", "")
	return []hostile{
		none, empty,
		one("of 3 digits", "739", ""), one("of 13 digits", "7391604825713", ""),
		one("of letters", "canary", ""), one("of Arabic digits", "٧٣٠٤١٦", ""), one("of full-width digits", "７３０４１６", ""),
		one("with a space before it", " 730418", ""), one("with spaces in it", "73 04 18", ""), one("with NUL", "7304\x0018", ""),
		one("with a sign", "-73041", ""), one("in octal", "0o7304", ""), one("with an exponent", "7e3041", ""),
		one("with escape codes", "\x1b[31m7304", ""), one("that is not UTF-8", "\xff\xfe\xfd\xfc", ""),
		one("of 1 MiB", strings.Repeat("73", 1<<19), ""),
	}
}

func badLogins() []hostile {
	bad := map[string]string{
		"newline": "new\nline", "escape codes": "\x1b[31mred\x1b[0m", "title sequence": "\x1b]0;owned\a", "C1 controls": "a\u009bb",
		"bidi marks": "abc\u202edef", "zero-width joiner": "le\u200da", "look-alike letters": "p\u0430ul", "Turkish i": "ali\u0131",
		"Kelvin sign": "\u212aevin", "full-width letters": "ｌｅａ", "an accent": "léa", "nothing": "", "a space": " ", "spaces in it": "le a",
		"a path": "../etc/passwd", "a wildcard": "*", "a quote": "le'a", "a semicolon": "lea;ls", "not UTF-8": "\xffle\xfe",
		"a dash before it": "-lea", "100 KiB": strings.Repeat("a", 100<<10),
	}
	var all []hostile
	for name, login := range bad {
		all = append(
			all,
			hostile{name: "with " + name + ", to be added", args: []string{"account", "add", "--name", "Sample, New", "--profile", "student", "--", login}, code: 5},
			hostile{name: "with " + name + ", to be shown", args: []string{"account", "show", "--", login}, code: 3},
			hostile{name: "with " + name + ", to be verified", in: fmt.Sprintf(`{"login":"edited","ip":"192.0.2.7","user_agent":"x","device_token":"y","frob":%q}`, login), args: []string{"login", "start"}, code: 2},
		)
	}
	return append(
		all,
		hostile{name: "of 1 MiB in a list", in: strings.Repeat("a", 1<<20) + "\n", args: []string{"pin", "reset", "--from", "-", "--yes"}, code: 5, says: "line 1"},
		hostile{name: "of 1 MiB in a request", in: startOf(strings.Repeat("a", 1<<20)), args: []string{"login", "start"}, code: 2, says: "64 KiB"},
		hostile{name: "of 1 MiB in an account file", in: "login,name\n" + strings.Repeat("a", 1<<20) + ",Sample\n", args: []string{"account", "import", "-", "--profile", "student"}, code: 5},
	)
}

// badLabels is for a device beside another one called Room 1.
func badLabels(device string) []hostile {
	var all []hostile
	for name, label := range map[string]string{
		"of 31 characters": strings.Repeat("x", 31), "of nothing": "", "of spaces": "   ", "with a newline": "Room\n201",
		"with escape codes": "\x1b[31mRoom", "with bidi marks": "Room \u202e102", "with C1 controls": "Room\u009b", "that is not UTF-8": "Room \xff",
		"with NUL's picture and 31 others": "\u2400" + strings.Repeat("é", 31), "that is taken": "Room 1", "that is taken, in other letters": "ROOM 1",
		"of 100 KiB": strings.Repeat("x", 100<<10), "that names the school": "School",
	} {
		all = append(all, hostile{name: name, args: []string{"device", "rename", device, label}, code: 5})
	}
	return all
}

// canary stands in files that were named by mistake.
const canary = "c4n4ryQ2FuYXJ5"

func badFiles() []hostile {
	texts := map[string]string{
		"a private key": "-----BEGIN OPENSSH PRIVATE KEY-----\n" + canary + "\n" + strings.Repeat(canary+"\n", 20) + "-----END OPENSSH PRIVATE KEY-----\n",
		"a keyring":     `{"version":1,"keys":[{"id":"k1","state":"active","secret":"` + canary + `"}],"cookie_key":"` + canary + `"}` + "\n",
		"a secret":      canary,
		"noise":         "\x00\x01\x02" + canary + "\xff\xfe\n\x1b[31m",
		"one long line": strings.Repeat(canary, 1<<17),
	}
	uses := []struct {
		name string
		args []string
		code int
		or   []int // by what is not found in it
	}{
		{"as account file", []string{"account", "import", "FILE", "--profile", "student"}, 5, nil},
		{"as account file without headings known", []string{"account", "import", "FILE", "--profile", "student", "--map", "login=login"}, 5, nil},
		{"as list of logins", []string{"pin", "reset", "--from", "FILE", "--yes"}, 5, []int{3, 7}},
		{"as configuration", []string{"account", "list", "--config", "FILE"}, 2, nil},
		{"as keyring", []string{"account", "list", "--keyring", "FILE"}, 10, nil},
		{"as store", []string{"account", "list", "--store", "FILE"}, 10, nil},
	}
	var all []hostile
	for what, text := range texts {
		for _, use := range uses {
			path := filepath.Join("etc", "given") // from the site's folder, where the program runs
			args := append([]string{}, use.args...)
			for i, arg := range args {
				args[i] = strings.Replace(arg, "FILE", path, 1)
			}
			all = append(all, hostile{
				name: what + " " + use.name, args: args, code: use.code, or: use.or, secret: canary,
				spoil: func(s *site) {
					if err := os.WriteFile(filepath.Join(s.dir, path), []byte(text), 0o600); err != nil {
						s.t.Fatal(err)
					}
				},
			})
		}
		for _, verb := range []string{"start", "pin", "setup", "remember"} {
			all = append(all, hostile{name: what + " as request " + verb, in: text, args: []string{"login", verb}, code: 2, secret: canary})
		}
	}
	return all
}

func badRequests() []hostile {
	var all []hostile
	for name, text := range map[string]string{
		"nothing": "", "a space": " ", "truncated": `{"login_id":"x","pin":"` + rightPIN, "without its end": `{"login_id":"x","pin":"` + rightPIN + `"`,
		"with an unknown key":               `{"login_id":"x","pin":"` + rightPIN + `","` + rightPIN + `":1}`,
		"with a key twice":                  `{"login_id":"x","pin":"` + rightPIN + `","pin":"` + rightPIN + `"}`,
		"with a key twice in other letters": `{"login_id":"x","pin":"` + rightPIN + `","PIN":"` + rightPIN + `"}`,
		"with a key twice by an escape":     `{"login_id":"x","pin":"` + rightPIN + `","p\u0069n":"` + rightPIN + `"}`,
		"with trailing data":                `{"login_id":"x","pin":"` + rightPIN + `"}{"pin":"` + rightPIN + `"}`,
		"with a number for a text":          `{"login_id":"x","pin":` + rightPIN + `}`, "with a list for a text": `{"login_id":"x","pin":["` + rightPIN + `"]}`,
		"with null for a text": `{"login_id":null,"pin":null}`, "with true for an object": `{"login_id":"x","pin":"` + rightPIN + `","remember":true}`,
		"a list": `[{"login_id":"x","pin":"` + rightPIN + `"}]`, "a text": `"` + rightPIN + `"`, "a number": rightPIN, "null": "null",
		"nested deep":   strings.Repeat(`{"remember":`, 5000) + "1" + strings.Repeat("}", 5000),
		"lists deep":    `{"login_id":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + `}`,
		"a huge number": `{"login_id":"x","pin":"` + rightPIN + `","remember":{"replace":1e999999}}`,
		"not JSON":      "login_id=x&pin=" + rightPIN, "with a BOM": "\ufeff" + `{"login_id":"x","pin":"` + rightPIN + `"}`,
		"in UTF-16": "\xff\xfe{\x00}\x00", "of 1 MiB": `{"login_id":"` + strings.Repeat("x", 1<<20) + `"}`,
		"with NUL": `{"login_id":"x",` + "\x00" + `"pin":"` + rightPIN + `"}`,
	} {
		all = append(all, hostile{name: name, in: text, args: []string{"login", "pin"}, code: 2, secret: rightPIN})
	}
	return append(
		all,
		hostile{name: "with an address that is none", in: `{"login":"edited","ip":"` + canary + `","user_agent":"x"}`, args: []string{"login", "start"}, code: 2, secret: canary},
		hostile{name: "with two accounts", in: `{"login":"edited","external_id":"x"}`, args: []string{"login", "start"}, code: 2},
		hostile{name: "with a time that is none", in: `{"login":"edited","password_changed_at":"` + canary + `"}`, args: []string{"login", "start"}, code: 2, secret: canary},
	)
}

func badRosters() []hostile {
	of := func(name, text string, code int, args ...string) hostile {
		return hostile{name: name, in: text, code: code, secret: canary, args: append([]string{"account", "import", "-", "--profile", "student", "--school", "A"}, args...)}
	}
	return []hostile{
		of("of nothing", "", 5), of("of headings alone, with nobody to leave", "frob,"+canary+"\n", 5),
		of("with rows longer than the heading", "login,name\nann,Sample,"+canary+","+canary+"\n", 5),
		of("with a login twice", "login,name\nann,Sample "+canary+"\nann,Sample\n", 5),
		of("with a login twice in other letters", "login,name\nann,Sample "+canary+"\nANN,Sample\n", 5),
		of("with a heading twice", "login,login,name\nann,bob,"+canary+"\n", 5),
		of("in latin-1", "login,name\nann,L\xe9a "+canary+"\n", 5),
		of("in UTF-16", "\xff\xfel\x00o\x00g\x00i\x00n\x00,\x00n\x00a\x00m\x00e\x00\n\x00", 5),
		of("with an open quote", "login,name\nann,\""+canary+"\nben,Sample\n", 5),
		of("with NUL", "login,name\nann,\x00"+canary+"\n", 5),
		of("with escape codes", "login,name\nann,\x1b[31m"+canary+"\n", 5),
		of("with bidi marks", "login,name\nann,\u202e"+canary+"\n", 5),
		of("with old Macintosh lines", "login,name\rann,"+canary+"\r", 5),
		of("with an unknown profile", "login,name,profile\nann,Sample,"+canary+"\n", 5),
		of("with an unknown school", "login,name,school\nann,Sample,"+canary+"\n", 5),
		of("with a date that is none", "login,name,birth_date\nann,Sample,"+canary+"\n", 5),
		of("with a row of 2 MiB", "login,name\nann,"+strings.Repeat(canary, 150_000)+"\n", 5),
		of("that is not there", "", 5, "--rejects", "/"),
	}
}
