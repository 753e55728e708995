package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"pinward/internal/access"
	"pinward/internal/render"
	"pinward/internal/term"
)

// A column is one field of a resource, in every format.
type column[T any] = render.Column[T]

// list writes rows in the format asked for. empty is what people are told when
// there are none.
func list[T any](s *session, columns []column[T], rows iter.Seq2[T, error], empty string) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	o := s.renderOptions(format)
	if o.Empty = empty; !s.globals.Quiet {
		o.Notes = s.Err
	}
	return s.write(func(w io.Writer) error { return render.Write(w, o, columns, rows) })
}

// show writes one object in the format asked for.
func show[T any](s *session, columns []column[T], row T) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	return s.write(func(w io.Writer) error {
		return render.WriteOne(w, s.renderOptions(format), columns, row)
	})
}

func (s *session) renderOptions(f render.Format) render.Options {
	o := render.Options{Format: f, Excel: s.globals.CSV == "excel", Title: "pinward"}
	if !s.filed() {
		o.Now, o.Width = s.Now(), s.Width
	}
	return o
}

// filed reports whether the output goes to a file, which is read later: "2 hours
// ago" would be wrong by then.
func (s *session) filed() bool { return s.kept || s.globals.OutputFile != "" }

// since tells people when something was: "3 hours ago".
func (s *session) since(t time.Time) string {
	if s.filed() {
		return "on " + t.UTC().Format(time.RFC3339)
	}
	return render.Relative(t, s.Now())
}

// until tells people how long something holds: "for 2 days".
func (s *session) until(t time.Time) string {
	if s.filed() {
		return "until " + t.UTC().Format(time.RFC3339)
	}
	return "for " + strings.TrimPrefix(render.Relative(t, s.Now()), "in ")
}

// each turns a callback listing of package app into rows.
func each[T any](run func(yield func(T) error) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		stopped := errors.New("stopped")
		err := run(func(row T) error {
			if !yield(row, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, stopped) {
			var none T
			yield(none, err)
		}
	}
}

// rows gives a slice as rows.
func rows[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range all {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// writeJSON writes one JSON value on a line of its own.
func (s *session) writeJSON(v any) error {
	return s.write(func(w io.Writer) error {
		return render.WriteJSON(w, v)
	})
}

// machine reports whether the output is for a program.
func (s *session) machine() (bool, error) {
	f, err := s.format()
	return f == render.JSON || f == render.JSONL, err
}

// write hands f the place where data goes: standard output, or a file that
// appears whole or not at all.
func (s *session) write(f func(io.Writer) error) error {
	if s.globals.OutputFile == "" {
		return outputError(f(s.Out))
	}
	out, err := s.newOutput(s.globals.OutputFile)
	if err != nil {
		return err
	}
	s.output = out
	if err := f(out.temp); err != nil {
		return outputError(err)
	}
	s.output = nil
	return out.commit()
}

// into gives the same session with w in the place of standard output and tables
// as its format, for a report made of several listings.
func (s *session) into(w io.Writer) *session {
	inner, settings := *s, *s.config
	inner.kept = s.filed()
	settings.Output = string(render.Table)
	inner.Out, inner.globals.OutputFile, inner.globals.CSV, inner.config = w, "", "", &settings
	return &inner
}

// outputError says that data could not be written, if that is what happened.
func outputError(err error) error {
	if errors.Is(err, render.ErrTooManyRows) {
		return access.Refused("too_many_rows", err.Error(), fmt.Sprintf("it holds %d: choose fewer, or use -o csv", render.MaxSheetRows))
	}
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	why := err
	switch {
	case errors.As(err, &pathErr): // its path may be that of a file in the making
		why = pathErr.Err
	case errors.As(err, &linkErr):
		why = linkErr.Err
	case !errors.Is(err, term.ErrClosed):
		return err
	}
	return &access.Error{Kind: errors.Join(access.ErrUnusable, err), Code: "output_failed", Text: "write the output: " + why.Error(), Hint: "what was written is not complete"}
}

// An outputFile is a file in the making beside its final name.
type outputFile struct {
	temp *os.File
	path string
}

// newOutput begins a file for what a command writes, which is never one that
// pinward works with.
func (s *session) newOutput(path string) (*outputFile, error) {
	if _, err := s.configure(); err == nil && s.isOwn(path) {
		return nil, access.Refused("output_own", fmt.Sprintf("write %s: that is a file that pinward works with", path), "name another file")
	}
	return newOutputFile(path)
}

// newOutputFile begins a file of mode 0600. What stands at path must be a
// regular file or nothing: a link is never followed.
func newOutputFile(path string) (*outputFile, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, access.Refused("output_not_a_file", fmt.Sprintf("write %s: not a regular file", path), "name a file")
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, notBegun(path, err)
	}
	return &outputFile{temp: temp, path: path}, nil
}

// notBegun says why a file cannot be begun at path.
func notBegun(path string, err error) error {
	why, hint := err, "nothing was written; name a file in a folder that you may write to"
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		why = pathErr.Err
	}
	text := fmt.Sprintf("write %s: %v", path, why)
	switch dir := filepath.Dir(path); {
	case errors.Is(err, fs.ErrNotExist):
		text, hint = fmt.Sprintf("write %s: there is no folder %s", path, dir), "nothing was written; make the folder, or name another file"
	case errors.Is(err, syscall.ENOTDIR):
		text = fmt.Sprintf("write %s: %s is no folder", path, dir)
	}
	return &access.Error{Kind: errors.Join(access.ErrUnusable, err), Code: "output_failed", Text: text, Hint: hint}
}

// commit makes the file durable under its final name.
func (o *outputFile) commit() error {
	if err := o.finish(); err != nil {
		return err
	}
	return o.place()
}

// finish makes the file durable beside its final name.
func (o *outputFile) finish() error {
	err := errors.Join(o.temp.Chmod(0o600), o.temp.Sync(), o.temp.Close())
	if err != nil {
		_ = os.Remove(o.temp.Name())
	}
	return outputError(err)
}

// place gives the finished file its final name.
func (o *outputFile) place() error {
	if err := os.Rename(o.temp.Name(), o.path); err != nil {
		_ = os.Remove(o.temp.Name())
		return outputError(err)
	}
	return outputError(syncFolder(filepath.Dir(o.path)))
}

func (o *outputFile) discard() error {
	_ = o.temp.Close()
	return os.Remove(o.temp.Name())
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
