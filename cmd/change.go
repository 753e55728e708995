package cmd

import (
	"fmt"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// The results of an item that a command was to change.
const (
	resultChanged   = "changed"
	resultUnchanged = "unchanged"
	resultFailed    = "failed"
)

// A changeItem is what became of one target. Fields that a verb does not make
// are left out.
type changeItem struct {
	Target string
	Result string
	Err    error
	Ended  *app.Ended
	Made   map[string]any // further keys, such as a set-up code
}

func (i changeItem) json() map[string]any {
	item := map[string]any{"target": i.Target, "result": i.Result}
	if i.Err != nil {
		failure := map[string]any{"code": access.CodeOf(i.Err), "message": i.Err.Error()}
		item["error"] = failure
	}
	if i.Ended != nil {
		item["devices_revoked"], item["logins_ended"], item["sessions_ended"] = i.Ended.Devices, i.Ended.Logins, i.Ended.Sessions
	}
	for key, value := range i.Made {
		item[key] = value
	}
	return item
}

// changed reports a change of one target: an object for programs, a sentence
// for people.
func (s *session) changed(item changeItem, format string, args ...any) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if machine {
		return s.writeChanges([]changeItem{item})
	}
	s.say(format, args...)
	return nil
}

// writeChanges writes the one object that answers a change.
func (s *session) writeChanges(items []changeItem) error { return s.writeAnswer(items, false) }

// writePlan writes that of a dry run, with what would become of each target.
func (s *session) writePlan(items []changeItem) error { return s.writeAnswer(items, true) }

func (s *session) writeAnswer(items []changeItem, dryRun bool) error {
	answer := struct {
		DryRun    bool             `json:"dry_run,omitempty"`
		Changed   int              `json:"changed"`
		Unchanged int              `json:"unchanged"`
		Failed    int              `json:"failed"`
		Items     []map[string]any `json:"items"`
	}{DryRun: dryRun, Items: []map[string]any{}}
	for _, item := range items {
		switch item.Result {
		case resultChanged:
			answer.Changed++
		case resultUnchanged:
			answer.Unchanged++
		default:
			answer.Failed++
		}
		answer.Items = append(answer.Items, item.json())
	}
	return s.writeJSON(answer)
}

// namedFailures is how many failures of a bulk command its error names.
const namedFailures = 10

// outcome gives the error of a command with several targets: nil where none
// failed, that of a lone target as it is, else partial (exit 7), which names
// the first failures.
func (s *session) outcome(items []changeItem) error {
	var failed []string
	for _, item := range items {
		if item.Err != nil {
			failed = append(failed, item.Err.Error())
		}
		if item.Err != nil && len(items) == 1 {
			return item.Err
		}
	}
	if len(failed) == 0 {
		return nil
	}
	e := &access.Error{
		Kind: access.ErrPartial, Code: "partial",
		Text: fmt.Sprintf("%d of %d failed: %s", len(failed), len(items), strings.Join(failed[:min(len(failed), namedFailures)], "; ")),
		Hint: "the others are done",
	}
	if len(failed) > namedFailures {
		e.Text += "; …"
	}
	if len(failed) == len(items) {
		e.Hint = "nothing was changed"
	}
	return e
}

// endedWords says what a change took away.
func endedWords(e app.Ended) string {
	words := fmt.Sprintf("%s revoked, %s ended", count(e.Devices, "device"), count(e.Logins, "open login"))
	if e.Sessions > 0 {
		words = fmt.Sprintf("%s revoked, %s and %s ended", count(e.Devices, "device"), count(e.Logins, "open login"), count(e.Sessions, "session"))
	}
	return words
}

// count gives "1 device", "3 devices".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// are gives a number with its noun and verb: "1 line is", "3 lines are".
func are(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}

// changes reports a change of several targets, and fails where any did.
func (s *session) changes(items []changeItem, format string, args ...any) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if machine {
		if err := s.writeChanges(items); err != nil {
			return err
		}
	} else {
		s.say(format, args...)
	}
	return s.outcome(items)
}
