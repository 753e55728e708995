package roster

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pinward/internal/access"
)

// The fields of a login log, as its JSON keys and CSV columns are called.
const (
	logAt        = "at"
	logIP        = "ip"
	logUserAgent = "user_agent"
	logOutcome   = "outcome"
	logExternal  = "external_id"
)

// LogFields lists the fields of a login log that --map may name.
func LogFields() []string {
	return []string{logAt, fieldLogin, logExternal, logIP, logUserAgent, logOutcome}
}

// ParseLogMap reads --map arguments that say which column of a CSV log holds a
// field: COLUMN=FIELD, or FIELD=COLUMN where that side alone is a field.
func ParseLogMap(args []string) (map[string]string, error) {
	columns := map[string]string{}
	for _, arg := range args {
		column, field, ok := strings.Cut(arg, "=")
		column, field = strings.TrimSpace(column), strings.TrimSpace(field)
		if !slices.Contains(LogFields(), field) {
			column, field = field, column
		}
		if !ok || column == "" || !slices.Contains(LogFields(), field) {
			return nil, access.Usage(fmt.Sprintf("map %q: not COLUMN=FIELD", arg), "the fields are "+strings.Join(LogFields(), ", "))
		}
		if _, twice := columns[field]; twice {
			return nil, access.Usage(fmt.Sprintf("map %q: the field is mapped twice", arg), "map each field once")
		}
		columns[field] = column
	}
	return columns, nil
}

// ReadLoginLog reads the login log of a portal: JSON Lines, or CSV, whose columns
// are called like the fields where columns does not say otherwise. Keys and
// columns that are no fields are passed over. Lines come as they stand; those
// that are rejected are told by their number. name is what errors call the file.
func ReadLoginLog(r io.Reader, name string, columns map[string]string) (access.LoginLog, error) {
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(r, sum), maxRow)
	head, err := in.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return access.LoginLog{}, fmt.Errorf("read %s: %w", name, err)
	}
	if err := sniffLog(head, name); err != nil {
		return access.LoginLog{}, err
	}
	log := access.LoginLog{Format: "csv"}
	if first := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))); bytes.HasPrefix(first, []byte("{")) {
		log.Format = "jsonl"
		err = readJSONLog(in, name, &log)
	} else {
		err = readCSVLog(in, name, columns, &log)
	}
	log.Digest = hex.EncodeToString(sum.Sum(nil))
	return log, err
}

// sniffLog refuses what is no log of logins, in words that fit one.
func sniffLog(head []byte, name string) error {
	const want = "name the portal's login log: JSON Lines, or CSV whose first line names the columns"
	start := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	why, hint := "", want
	switch {
	case len(start) == 0:
		why = "is empty"
	case bytes.HasPrefix(start, []byte("\x1f\x8b")):
		why, hint = "is compressed", "unpack it: zcat FILE | pinward login import -"
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		why, hint = "is UTF-16", "save it again as UTF-8"
	case bytes.Contains(head, []byte("-----BEGIN ")):
		why = "holds a key or certificate, no log"
	case bytes.HasPrefix(start, []byte("[")):
		why, hint = "is one JSON array", "write one object a line: jq -c '.[]' FILE | pinward login import -"
	case bytes.IndexByte(head, 0) >= 0:
		why = "is not a text file"
	default:
		return nil
	}
	return access.Refused("not_a_log", name+": "+why, hint)
}

func readCSVLog(in io.Reader, name string, columns map[string]string, log *access.LoginLog) error {
	var problems access.Roster
	t, err := openTable(in, name, "utf-8", &problems)
	if err != nil {
		return err
	}
	picked, err := logColumns(name, t.header, columns)
	if err != nil {
		return err
	}
	t.pick(picked)
	texts := shared{}
	err = t.each(func() error {
		line, err := logLine(t.cell)
		if err != nil {
			return err
		}
		line.Number = t.line
		line.Login, line.ExternalID = texts.of(line.Login), texts.of(line.ExternalID)
		line.UserAgent = texts.of(line.UserAgent)
		log.Lines = append(log.Lines, line)
		return nil
	})
	log.Rejected = slices.Collect(problems.Rejected.All())
	return err
}

// logColumns finds the column of each field.
func logColumns(name string, header []string, mapped map[string]string) (map[string]int, error) {
	picked := map[string]int{}
	for _, field := range LogFields() {
		heading, named := mapped[field]
		if !named {
			heading = field
		}
		i := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, heading) })
		switch {
		case i >= 0 && secretHeading(headingKey(header[i])):
			return nil, access.Usage("--map: names a column of passwords", "such a column is never read")
		case i >= 0:
			picked[field] = i
		case named:
			return nil, access.Refused("column_missing", fmt.Sprintf("%s: no column for %s as --map names it", name, field), "the first line names the columns")
		}
	}
	_, login := picked[fieldLogin]
	_, external := picked[logExternal]
	if _, at := picked[logAt]; !at || !login && !external {
		return nil, access.Refused("column_missing", name+": no columns for at and login", "say which they are: --map COLUMN=at --map COLUMN=login")
	}
	return picked, nil
}

// jsonLogLine is a line of JSON; other keys are passed over.
type jsonLogLine struct {
	At         string `json:"at"`
	Login      string `json:"login"`
	ExternalID string `json:"external_id"`
	IP         string `json:"ip"`
	UserAgent  string `json:"user_agent"`
	Outcome    string `json:"outcome"`
}

func (l *jsonLogLine) cell(field string) string {
	switch field {
	case logAt:
		return l.At
	case fieldLogin:
		return l.Login
	case logExternal:
		return l.ExternalID
	case logIP:
		return l.IP
	case logUserAgent:
		return l.UserAgent
	}
	return l.Outcome
}

func readJSONLog(in *bufio.Reader, name string, log *access.LoginLog) error {
	texts := shared{}
	for n := 1; ; n++ {
		text, err := in.ReadSlice('\n')
		reason := ""
		for errors.Is(err, bufio.ErrBufferFull) {
			reason = fmt.Sprintf("more than %d bytes", maxRow)
			_, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read %s: %w", name, err)
		}
		text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
		if reason == "" && len(text) > 0 {
			reason = takeJSONLine(text, n, texts, log)
		}
		if reason != "" {
			log.Rejected = append(log.Rejected, access.RosterProblem{File: name, Line: n, Text: reason})
		}
		if err != nil {
			return nil
		}
	}
}

// takeJSONLine gives why the line is rejected, "" where it was taken.
func takeJSONLine(text []byte, n int, texts shared, log *access.LoginLog) string {
	var cells jsonLogLine
	if err := json.Unmarshal(text, &cells); err != nil {
		return "not a JSON object of texts"
	}
	line, err := logLine(cells.cell)
	if err != nil {
		return err.Error()
	}
	line.Number = n
	line.UserAgent = texts.of(line.UserAgent)
	log.Lines = append(log.Lines, line)
	return ""
}

// shared keeps one copy of texts that come again: a log has few browsers.
type shared map[string]string

func (s shared) of(text string) string {
	if one, ok := s[text]; ok {
		return one
	}
	text = strings.Clone(text)
	s[text] = text
	return text
}

// logLine reads one line from its cells; the error says why it is rejected.
func logLine(cell func(field string) string) (access.LogLine, error) {
	line := access.LogLine{
		Login: strings.TrimSpace(cell(fieldLogin)), ExternalID: strings.TrimSpace(cell(logExternal)),
		UserAgent: access.CutUserAgent(cell(logUserAgent)),
	}
	if (line.Login == "") == (line.ExternalID == "") {
		return line, errors.New("one of login and external_id is needed")
	}
	var err error
	if line.At, err = logTime(cell(logAt)); err != nil {
		return line, err
	}
	if text := strings.TrimSpace(cell(logIP)); text != "" {
		ip, err := netip.ParseAddr(text)
		if err != nil {
			return line, errors.New("ip: not an address")
		}
		line.IP = ip.Unmap().WithZone("")
	}
	line.Failed, err = logFailed(cell(logOutcome))
	return line, err
}

// logTime reads a time that tells its zone.
func logTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Truncate(time.Millisecond), nil
		}
	}
	return time.Time{}, errors.New("at: not a time with its zone, such as 2026-03-02T08:00:00Z")
}

// logFailed reads how a login ended; a log without it holds those that passed.
func logFailed(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "passed", "success", "ok", "true", "1", "allow":
		return false, nil
	case "failed", "failure", "denied", "refused", "false", "0", "deny":
		return true, nil
	}
	return false, errors.New("outcome: neither passed nor failed")
}
