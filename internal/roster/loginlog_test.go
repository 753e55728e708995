package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/roster"
)

func logged(l access.LogLine) string {
	return fmt.Sprint(l.Number, " ", l.At.Format("15:04:05.000"), " ", l.Login, l.ExternalID, " ", l.IP, " ", l.UserAgent, " ", l.Failed)
}

func TestReadLoginLog(t *testing.T) {
	tests := []struct {
		name, text string
		columns    map[string]string
		format     string
		want       []string
		rejected   []string
	}{
		{
			"JSON Lines", "\ufeff" + `{"at":"2026-03-02T09:00:00.5+01:00","login":"lea","ip":"::ffff:192.0.2.1","user_agent":"Firefox/1","outcome":"FAILED","more":{"a":1}}` + "\r\n\n" +
				`{"at":"2026-03-02T08:00:00Z","external_id":"x1"}`, nil, "jsonl",
			[]string{"1 08:00:00.500 lea 192.0.2.1 Firefox/1 true", "3 08:00:00.000 x1 invalid IP  false"},
			nil,
		},
		{
			"CSV by the fields' names", "AT,Login,ip,password\n2026-03-02 08:00:00Z,lea,192.0.2.1,hunter2\n", nil, "csv",
			[]string{"2 08:00:00.000 lea 192.0.2.1  false"},
			nil,
		},
		{
			"CSV by a map", "when;who;result\n2026-03-02 08:00:00 +0100;lea;denied\n\n2026-03-02T08:00:00Z;max;success\n",
			map[string]string{"at": "when", "login": "who", "outcome": "result"},
			"csv",
			[]string{"2 07:00:00.000 lea invalid IP  true", "4 08:00:00.000 max invalid IP  false"},
			nil,
		},
		{
			"lines that are rejected", `{"at":"2026-03-02T08:00:00Z","login":"lea"}` + "\nhunter2\n[]\n" + `{"at":"hunter2","login":"lea"}` + "\n" +
				`{"at":"2026-03-02T08:00:00Z","login":"hunter2","external_id":"x"}` + "\n" + `{"at":"2026-03-02T08:00:00Z"}` + "\n" +
				`{"at":"2026-03-02T08:00:00Z","login":"lea","ip":"hunter2"}` + "\n" + `{"at":"2026-03-02T08:00:00Z","login":"lea","outcome":"hunter2"}` + "\n" +
				`{"at":"2026-03-02T08:00:00Z","login":"` + strings.Repeat("x", 1<<20) + "\"}\n" + `{"at":"2026-03-02T08:00:00","login":"lea"}`, nil, "jsonl",
			[]string{"1 08:00:00.000 lea invalid IP  false"},
			[]string{
				"2 not a JSON object of texts", "3 not a JSON object of texts", "4 at: not a time with its zone, such as 2026-03-02T08:00:00Z",
				"5 one of login and external_id is needed", "6 one of login and external_id is needed", "7 ip: not an address",
				"8 outcome: neither passed nor failed", "9 more than 1048576 bytes", "10 at: not a time with its zone, such as 2026-03-02T08:00:00Z",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log, err := roster.ReadLoginLog(strings.NewReader(tt.text), "f", tt.columns)
			if err != nil || log.Format != tt.format || log.Digest == "" {
				t.Fatalf("got %s, digest %q, %v, want %s", log.Format, log.Digest, err, tt.format)
			}
			var got, rejected []string
			for _, l := range log.Lines {
				got = append(got, logged(l))
			}
			for _, p := range log.Rejected {
				rejected = append(rejected, fmt.Sprint(p.Line, " ", p.Text))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("lines: got %q, want %q", got, tt.want)
			}
			if !slices.Equal(rejected, tt.rejected) {
				t.Errorf("rejected: got %q, want %q", rejected, tt.rejected)
			}
		})
	}
}

func TestReadLoginLogRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		columns    map[string]string
		code       string
	}{
		{"an empty file", "", nil, "not_a_log"},
		{"blank lines", "\ufeff \n\n", nil, "not_a_log"},
		{"a binary file", "\x7fELF\x02\x01\x00\x00", nil, "not_a_log"},
		{"a binary file that begins as a log", "{\"at\":\x00}", nil, "not_a_log"},
		{"a compressed file", "\x1f\x8b\x08abc", nil, "not_a_log"},
		{"a workbook", "PK\x03\x04\x00\x00", nil, "not_a_log"},
		{"an array", "[{\"at\":\"x\"}]", nil, "not_a_log"},
		{"a private key", "-----BEGIN PRIVATE KEY-----\n", nil, "not_a_log"},
		{"no login", "at,ip\n", nil, "column_missing"},
		{"no time", "login,ip\n", nil, "column_missing"},
		{"a column that is not there", "at,login\n", map[string]string{"ip": "address"}, "column_missing"},
		{"a column of passwords", "at,password\n", map[string]string{"login": "password"}, "usage"},
	} {
		_, err := roster.ReadLoginLog(strings.NewReader(c.text), "f", c.columns)
		if got := access.CodeOf(err); got != c.code {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.code)
		}
	}
}

func TestParseLogMap(t *testing.T) {
	for arg, want := range map[string]string{
		"date=at": "at=date", "at=date": "at=date", "login=ip": "ip=login", " user =login": "login=user",
		"date": "", "=at": "", "a=b": "", "": "",
	} {
		columns, err := roster.ParseLogMap([]string{arg})
		got := ""
		for field, column := range columns {
			got = field + "=" + column
		}
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", arg, got, err, want)
		}
	}
	if _, err := roster.ParseLogMap([]string{"a=at", "b=at"}); err == nil {
		t.Error("a field mapped twice: got no error")
	}
}
