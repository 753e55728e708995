package cmd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// goOn exports what the runs of a cursor have not given yet.
func (x *exporting) goOn(ctx context.Context, q app.AlertQuery, cursor string) error {
	if err := access.CheckCursorName(cursor); err != nil {
		return err
	}
	held, err := lock(x.config.Store+".cursor-"+cursor+".lock", "cursor "+cursor)
	if err != nil {
		return err
	}
	defer func() { _ = held.Close() }()
	if x.export, err = x.app.BeginExport(ctx, x.Operator, q, cursor); err != nil {
		return err
	}
	path, err := x.target()
	if err != nil {
		return err
	}
	if ended, err := x.settle(ctx, path); err != nil || ended {
		return err
	}
	if path == "" {
		if err := x.write(func(w io.Writer) error { return x.writeTo(ctx, w) }); err != nil {
			return err
		}
		return x.move(ctx, nil)
	}
	for _, step := range x.steps(path) {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// target gives the file that the export goes to, so that a later run finds it
// from any folder; "" is standard output.
func (x *exporting) target() (string, error) {
	if x.globals.OutputFile == "" {
		return "", nil
	}
	path, err := filepath.Abs(x.globals.OutputFile)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", x.globals.OutputFile, err)
	}
	return path, nil
}

// settle looks at what the run before left pending. Where its file stands in
// place, what it holds has been given: the cursor moves behind it. If this run
// was to write the same file, it has nothing left to do, since nobody may have
// read that file yet.
func (x *exporting) settle(ctx context.Context, path string) (ended bool, err error) {
	pending := x.export.Pending()
	if pending.To == 0 {
		return false, nil
	}
	there, err := holds(pending.Path, pending.Digest)
	if err != nil || !there {
		return false, err
	}
	all := x.export
	x.export = all.AsPending()
	if err := x.each(ctx, func(store.AlertRow) error { return nil }); err != nil {
		return false, err
	}
	done := app.Exported{Alerts: x.alerts, Path: pending.Path, Digest: pending.Digest}
	if err := x.app.EndExport(ctx, x.Operator, x.export, done); err != nil {
		return false, err
	}
	x.say("The run before ended when it had written %s: that file is whole, and now counts.", pending.Path)
	x.export = all.AfterPending()
	return pending.Path == path, nil
}

// holds reports whether a file of that content stands at path.
func holds(path string, digest []byte) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, outputError(err)
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return false, outputError(err)
	}
	return bytes.Equal(sum.Sum(nil), digest), nil
}

// steps are what a run into a file does, in order. It may die after each of
// them, and the next run goes on.
func (x *exporting) steps(path string) []func(context.Context) error {
	sum := sha256.New()
	return []func(context.Context) error{
		func(ctx context.Context) error { return x.finishFile(ctx, path, sum) },
		func(ctx context.Context) error {
			return x.app.HoldExport(ctx, x.Operator, x.export, path, sum.Sum(nil))
		},
		func(context.Context) error {
			err := x.output.place()
			x.output = nil
			return err
		},
		func(ctx context.Context) error { return x.move(ctx, sum.Sum(nil)) },
	}
}

func (x *exporting) finishFile(ctx context.Context, path string, sum hash.Hash) error {
	out, err := x.newOutput(path)
	if err != nil {
		return err
	}
	x.output = out
	if err := x.writeTo(ctx, io.MultiWriter(out.temp, sum)); err != nil {
		return outputError(err)
	}
	return out.finish()
}

func (x *exporting) move(ctx context.Context, digest []byte) error {
	return x.app.EndExport(ctx, x.Operator, x.export, app.Exported{Alerts: x.alerts, Path: x.globals.OutputFile, Digest: digest})
}
