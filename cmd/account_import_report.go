package cmd

import (
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
)

// mostWarnings is how many warnings are said one by one; JSON holds them all.
const mostWarnings = 20

// An importResult is what came of an import.
type importResult struct {
	app.ImportReport
	Format string
	DryRun bool
	Unread []int // columns, from 1 on
}

// tells reports whether the result says something beside the error: not where
// the import itself could not run.
func (r importResult) tells(err error) bool {
	switch access.CodeOf(err) {
	case "roster_rejected":
		return true
	case "too_many_affected":
		return r.DryRun
	default:
		return err == nil
	}
}

func importColumns() []column[importResult] {
	type row = importResult
	return []column[row]{
		{Key: "created", Title: "CREATED", Value: func(r row) any { return r.Created }},
		{Key: "updated", Title: "UPDATED", Value: func(r row) any { return r.Updated }},
		{Key: "unchanged", Title: "UNCHANGED", Value: func(r row) any { return r.Unchanged }},
		{Key: "archived", Title: "ARCHIVED", Value: func(r row) any { return r.Archived }},
		{Key: "rejected", Title: "REJECTED", Value: func(r row) any { return r.Rejected.Len() }},
		{Key: "schools_created", Title: "NEW SCHOOLS", Value: func(r row) any { return r.SchoolsCreated }},
		{Key: "devices_revoked", Title: "", Value: func(r row) any { return r.Ended.Devices }},
		{Key: "logins_ended", Title: "", Value: func(r row) any { return r.Ended.Logins }},
		{Key: "sessions_ended", Title: "", Value: func(r row) any { return r.Ended.Sessions }},
		{Key: "format", Title: "", Value: func(r row) any { return r.Format }},
		{Key: "dry_run", Title: "", Value: func(r row) any { return r.DryRun }},
	}
}

func importItemColumns() []column[app.ImportItem] {
	type row = app.ImportItem
	return []column[row]{
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return r.Login }},
		{Key: "result", Title: "RESULT", Value: func(r row) any { return importWords(r) }},
	}
}

// importWords says what became of an account: "updated: name, group".
func importWords(item app.ImportItem) string {
	if len(item.Fields) == 0 {
		return item.Result
	}
	return item.Result + ": " + fieldWords(item.Fields)
}

// problemColumns shows what was wrong with a line, and never what stands in it.
func problemColumns() []column[access.RosterProblem] {
	type row = access.RosterProblem
	return []column[row]{
		{Key: "file", Title: "FILE", Whole: true, Value: func(r row) any { return r.File }},
		{Key: "line", Title: "LINE", Value: func(r row) any { return r.Line }},
		{Key: "reason", Title: "REJECTED BECAUSE", Value: func(r row) any { return r.Text }},
	}
}

// writeImport writes the counts and the rejected lines, and says the warnings.
func (s *session) writeImport(r importResult) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	s.sayImportWarnings(r.Warnings)
	switch format {
	case render.JSON, render.JSONL:
		err = s.writeJSON(r.json())
	case render.CSV, render.XLSX, render.HTML:
		err = show(s, importColumns(), r)
	case render.Table:
		err = s.write(func(w io.Writer) error { return s.writeImportTable(w, r) })
	}
	if err != nil {
		return err
	}
	switch {
	case r.DryRun:
		s.sayUnread(r.Unread)
		s.say("Dry run: nothing was changed.")
	case r.Archived > 0:
		s.say("%s archived: %s.", count(r.Archived, "account"), endedWords(r.Ended))
	}
	return nil
}

// sayUnread tells, of a plan, what the file holds in vain: it may be a heading
// that is not understood.
func (s *session) sayUnread(columns []int) {
	switch len(columns) {
	case 0:
	case 1:
		s.say("Column %d is not read: --map FIELD=COLUMN says what it is.", columns[0])
	default:
		s.say("Columns %s are not read: --map FIELD=COLUMN says what they are.", andNumbers(columns))
	}
}

// andNumbers writes "5, 6 and 7".
func andNumbers(all []int) string {
	last := len(all) - 1
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(all[:last]), "[]"), " ", ", ") + fmt.Sprintf(" and %d", all[last])
}

func (s *session) writeImportTable(w io.Writer, r importResult) error {
	o := s.renderOptions(render.Table)
	if err := render.Write(w, o, importColumns(), rows([]importResult{r})); err != nil {
		return err
	}
	if len(r.Items) > 0 {
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
		if err := render.Write(w, o, importItemColumns(), rows(r.Items)); err != nil {
			return err
		}
	}
	if r.Rejected.Len() == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return render.Write(w, o, problemColumns(), problems(&r.Rejected))
}

func problems(all *access.RosterProblems) iter.Seq2[access.RosterProblem, error] {
	return func(yield func(access.RosterProblem, error) bool) {
		for p := range all.All() {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func (s *session) sayImportWarnings(warnings access.RosterProblems) {
	said := 0
	for p := range warnings.All() {
		if said == mostWarnings {
			s.warn("%d more of this kind; -o json gives them all", warnings.Len()-said)
			return
		}
		said++
		s.warn("%s", render.Safe(placeOf(p)+p.Text))
	}
}

// placeOf says where a problem is: "users.csv: line 7: ".
func placeOf(p access.RosterProblem) string {
	place := ""
	if p.File != "" {
		place = p.File + ": "
	}
	if p.Line > 0 {
		place += fmt.Sprintf("line %d: ", p.Line)
	}
	return place
}

// An importJSON is one item of an import's answer: a school's thousands of them
// would be heavy as maps.
type importJSON struct {
	Error  *lineJSON `json:"error,omitempty"`
	Fields []string  `json:"fields,omitempty"`
	File   *string   `json:"file,omitempty"`
	Line   *int      `json:"line,omitempty"`
	Result string    `json:"result"`
	Target string    `json:"target"`
}

type lineJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// json gives the object that answers an import: that of every change, and the
// counts of accounts and schools. Its items are the accounts
// taken, as far as they were not so already, then the rejected lines.
func (r importResult) json() map[string]any {
	answer := map[string]any{
		"changed": r.Created + r.Updated + r.Archived,
		"failed":  r.Rejected.Len(),
	}
	for _, c := range importColumns() {
		answer[c.Key] = c.Value(r)
	}
	items := make([]importJSON, 0, len(r.Items)+r.Rejected.Len())
	for _, item := range r.Items {
		items = append(items, importJSON{Target: item.Login, Result: item.Result, Fields: item.Fields})
	}
	for p := range r.Rejected.All() {
		items = append(items, rejectedLine(p))
	}
	warnings := make([]map[string]any, 0, r.Warnings.Len())
	for p := range r.Warnings.All() {
		warnings = append(warnings, map[string]any{"file": render.Safe(p.File), "line": p.Line, "text": p.Text})
	}
	answer["items"], answer["warnings"] = items, warnings
	answer["columns_unread"] = append([]int{}, r.Unread...)
	return answer
}

// rejectedLine gives the item of a line that was not taken.
func rejectedLine(p access.RosterProblem) importJSON {
	file := render.Safe(p.File)
	return importJSON{
		Target: fmt.Sprintf("%s:%d", file, p.Line), Result: resultFailed, File: &file, Line: &p.Line,
		Error: &lineJSON{"line_rejected", p.Text},
	}
}

// A rejectsFile takes the rejected lines of an import. All methods of a nil one
// do nothing.
type rejectsFile struct {
	out  *outputFile
	done bool
}

// openRejects begins the file of rejected lines, if one is named, before
// anything is changed. It replaces what stands there, but never the account file.
func (s *session) openRejects(opts accountImportOptions) (*rejectsFile, error) {
	if opts.Rejects == "" {
		return nil, nil
	}
	there, err := os.Lstat(opts.Rejects)
	if err == nil && there.Mode().IsRegular() {
		if source, err := os.Stat(opts.Source); err == nil && os.SameFile(source, there) {
			return nil, access.Usage("--rejects: names the account file itself", "name another file")
		}
	}
	out, err := s.newOutput(opts.Rejects)
	if err != nil {
		return nil, err
	}
	return &rejectsFile{out: out}, nil
}

// write writes the rejected lines and gives the file its name.
func (f *rejectsFile) write(s *session, rejected access.RosterProblems) error {
	if f == nil {
		return nil
	}
	err := render.Write(f.out.temp, s.renderOptions(render.CSV), problemColumns(), problems(&rejected))
	if err != nil {
		return outputError(err)
	}
	f.done = true
	return f.out.commit()
}

// drop removes the file where nothing was written.
func (f *rejectsFile) drop() {
	if f != nil && !f.done {
		_ = f.out.discard()
	}
}
