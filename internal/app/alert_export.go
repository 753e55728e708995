package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An Export is a range of alerts to be written: up to the newest at the time it
// began, and of a cursor only what that has not given yet.
type Export struct {
	filter store.AlertFilter
	cursor access.Cursor // nameless: none
}

// Pending gives the file that the cursor's run before had finished, and perhaps
// put in its place, when it ended without saying so.
func (e Export) Pending() access.PendingExport { return e.cursor.Pending }

// To gives the number up to which the export holds all alerts.
func (e Export) To() int64 { return e.filter.UpTo }

// AsPending gives the export that the pending file holds.
func (e Export) AsPending() Export {
	e.filter.UpTo = e.cursor.Pending.To
	return e
}

// AfterPending gives the export of what follows the pending file.
func (e Export) AfterPending() Export {
	e.cursor.Alert, e.filter.After = e.cursor.Pending.To, e.cursor.Pending.To
	e.cursor.Pending = access.PendingExport{}
	return e
}

// BeginExport fixes what an export holds; logins whose time ran out are judged
// first. A cursor that was begun with another selection is refused: it would
// pass over what that left out.
func (a *App) BeginExport(ctx context.Context, by access.Operator, q AlertQuery, cursor string) (Export, error) {
	e := Export{filter: q.AlertFilter}
	if cursor != "" {
		if err := access.CheckCursorName(cursor); err != nil {
			return e, err
		}
	}
	if err := authorize(by, AlertsExport); err != nil {
		return e, a.denied(ctx, by, AlertsExport, err)
	}
	if err := a.SweepLogins(ctx); err != nil {
		return e, err
	}
	err := a.store.View(ctx, func(tx store.Tx) error {
		if err := resolveAlerts(ctx, tx, by, q, &e.filter); err != nil || cursor == "" {
			return err
		}
		return e.goOn(ctx, tx, cursor)
	})
	return e, a.denied(ctx, by, AlertsExport, err)
}

// goOn sets the export to what the cursor has not given yet.
func (e *Export) goOn(ctx context.Context, tx store.Tx, name string) (err error) {
	if e.cursor, err = tx.Cursor(ctx, name); err != nil {
		return fmt.Errorf("read the cursor %s: %w", name, err)
	}
	wanted := selection(e.filter)
	if e.cursor.Selection != "" && e.cursor.Selection != wanted {
		return access.Refused("cursor_differs", fmt.Sprintf("cursor %s: was begun with %s, not %s", name, e.cursor.Selection, wanted),
			"use another name for another selection")
	}
	e.cursor.Selection, e.filter.After = wanted, e.cursor.Alert
	return nil
}

// selection words what a filter lets through.
func selection(f store.AlertFilter) string {
	severities := make([]string, len(f.Severities))
	for i, s := range f.Severities {
		severities[i] = string(s)
	}
	schools := "all schools"
	if f.Schools != nil {
		schools = "schools " + strings.Join(f.Schools, ",")
	}
	return "severities " + strings.Join(severities, ",") + " of " + schools
}

// ExportAlerts streams the alerts of an export, oldest first.
func (a *App) ExportAlerts(ctx context.Context, by access.Operator, e Export, each func(store.AlertRow) error) error {
	if err := authorize(by, AlertsExport); err != nil {
		return a.denied(ctx, by, AlertsExport, err)
	}
	f := e.filter
	if f.UpTo <= f.After {
		return nil
	}
	read := func(tx store.Tx, page store.Page, take func(store.AlertRow) error) error {
		f := f
		f.Page = page
		if err := tx.EachAlert(ctx, f, take); err != nil {
			return fmt.Errorf("export alerts: %w", err)
		}
		return nil
	}
	return inPages(ctx, a, f.Page, func(row store.AlertRow) int64 { return row.Key }, read, each)
}

// CountExport counts the alerts of an export.
func (a *App) CountExport(ctx context.Context, by access.Operator, e Export) (int, error) {
	n := 0
	err := a.read(ctx, by, AlertsExport, func(tx store.Tx) (err error) {
		if n, err = tx.CountAlerts(ctx, e.filter); err != nil {
			return fmt.Errorf("count alerts: %w", err)
		}
		return nil
	})
	return n, err
}

// HoldExport notes the finished file of a cursor's export before it is put in
// its place, so that a run that ends between the two is found out.
func (a *App) HoldExport(ctx context.Context, by access.Operator, e Export, path string, digest []byte) error {
	return a.change(ctx, by, AlertsExport, func(c *change) error {
		c.nothing()
		held := e.cursor
		held.Pending = access.PendingExport{To: e.To(), Path: path, Digest: digest}
		return c.putCursor(ctx, e, held)
	})
}

// An Exported says what an export gave.
type Exported struct {
	Alerts int
	Path   string // empty: standard output
	Digest []byte // of the file
}

// EndExport moves a cursor behind its export, which is durable. Only an export
// that gave something leaves an audit record.
func (a *App) EndExport(ctx context.Context, by access.Operator, e Export, done Exported) error {
	return a.change(ctx, by, AlertsExport, func(c *change) error {
		moved := e.cursor
		moved.Pending, moved.MovedAt = access.PendingExport{}, c.now
		moved.Alert = max(moved.Alert, e.To())
		if done.Alerts == 0 {
			c.nothing()
			return c.putCursor(ctx, e, moved)
		}
		moved.AuditSeq = c.seq
		c.target("cursor", moved.Name)
		c.note("alerts", done.Alerts)
		c.note("after", e.filter.After)
		c.note("up_to", e.To())
		c.note("path", done.Path)
		c.note("sha256", hex.EncodeToString(done.Digest))
		return c.putCursor(ctx, e, moved)
	})
}

// putCursor stores a cursor unless another run has moved it meanwhile, which the
// lock of its runs should have kept from happening.
func (c *change) putCursor(ctx context.Context, e Export, to access.Cursor) error {
	now, err := c.Cursor(ctx, to.Name)
	if err != nil {
		return fmt.Errorf("read the cursor %s: %w", to.Name, err)
	}
	if now.Alert > e.filter.After {
		return &access.Error{
			Kind: access.ErrBusy, Code: "cursor_moved",
			Text: fmt.Sprintf("cursor %s: another run has moved it", to.Name), Hint: "run the export again",
		}
	}
	if err := c.PutCursor(ctx, to); err != nil {
		return fmt.Errorf("store the cursor %s: %w", to.Name, err)
	}
	return nil
}

// keepCursors takes over how far the exports of the old store had come: what
// they gave is out of the house.
func (c *change) keepCursors(ctx context.Context, old []access.Cursor) error {
	for _, theirs := range old {
		ours, err := c.Cursor(ctx, theirs.Name)
		if err == nil && theirs.Alert >= ours.Alert {
			err = c.PutCursor(ctx, theirs)
		}
		if err != nil {
			return fmt.Errorf("store the cursor %s: %w", theirs.Name, err)
		}
	}
	return nil
}
