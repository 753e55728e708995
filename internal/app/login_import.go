package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
)

const (
	// logBatch is how many lines of a log one transaction takes, so that logins
	// wait no longer than that takes. Each has its audit record.
	logBatch = 20_000
	// noticeWithin is how old a line may be to be worth a mail.
	noticeWithin = 3 * access.Day
	// clockSkew is how far ahead a portal's clock may be.
	clockSkew = 5 * time.Minute
)

// ImportLoginOptions say how a log is taken.
type ImportLoginOptions struct {
	DryRun   bool
	Progress func(done int) // called now and then; nil: not
}

// A LoginImport counts what came of a portal's log.
type LoginImport struct {
	Imported   int // lines that are logins of accounts now
	Repeated   int // taken before
	Unknown    int // of accounts that are not there
	TooOld     int // past what the login log keeps
	Future     int // ahead of the clock
	Failed     int // of the imported ones, refused by the portal
	NewDevices int // of the imported ones, from a browser and network not seen before
	Alerts     int
	Notices    int
}

// ImportLogins takes the login log of a portal that asks nobody, in the order of
// time, and judges every line by the rules of detection. A device is then its
// browser family and network, and is no recognized device: no PIN is waived for
// it. A line is taken once, however often and in whatever files it comes. What
// was taken stays where the import is interrupted; importing again goes on.
func (a *App) ImportLogins(ctx context.Context, by access.Operator, log access.LoginLog, o ImportLoginOptions) (LoginImport, error) {
	lines := slices.Clone(log.Lines)
	slices.SortStableFunc(lines, func(x, y access.LogLine) int { return x.At.Compare(y.At) })
	m := logImporter{accounts: map[string]access.Account{}, judged: judge{visits: map[int64][]detect.Visit{}}}
	size := logBatch
	if o.DryRun {
		size = max(len(lines), 1) // what is rolled back must be seen by what comes behind it
	}
	for from := 0; from == 0 || from < len(lines); from += size {
		batch := lines[from:min(from+size, len(lines))]
		before := m.report
		err := a.changeMany(ctx, by, LoginsImport, func(c *change) error {
			if err := authorizeWhole(by, LoginsImport); err != nil {
				return err
			}
			m.change, m.judged.tx, m.judged.thresholds = c, c.Tx, a.thresholds
			if err := m.run(ctx, batch); err != nil {
				return err
			}
			m.record(log, before)
			if o.DryRun {
				return errRehearsed
			}
			return nil
		})
		if err != nil && !errors.Is(err, errRehearsed) {
			return before, err
		}
		if o.Progress != nil {
			o.Progress(from + len(batch))
		}
	}
	return m.report, nil
}

// A logImporter takes lines. What it remembers of accounts outlives a batch.
type logImporter struct {
	*change
	judged   judge
	accounts map[string]access.Account // by what the lines call them; a zero one is unknown
	report   LoginImport
	stored   int // lines of this batch
}

func (m *logImporter) run(ctx context.Context, lines []access.LogLine) error {
	m.stored = 0
	first, err := m.NewestAlert(ctx)
	if err != nil {
		return fmt.Errorf("find the newest alert: %w", err)
	}
	for _, line := range lines {
		switch {
		case line.At.Before(m.now.Add(-access.Days(keepLogDays))):
			m.report.TooOld++ // and its digest may have been forgotten
			continue
		case line.At.After(m.now.Add(clockSkew)):
			m.report.Future++
			continue
		}
		if err := m.take(ctx, line); err != nil {
			return fmt.Errorf("take line %d: %w", line.Number, err)
		}
	}
	last, err := m.NewestAlert(ctx) // all between are of this transaction
	m.report.Alerts += int(last - first)
	return err
}

func (m *logImporter) take(ctx context.Context, line access.LogLine) error {
	account, err := m.accountOf(ctx, line)
	if err != nil {
		return err
	}
	if account.Key == 0 && !line.Failed {
		m.report.Unknown++
		return nil
	}
	l := access.Login{
		IDHash: lineDigest(line, account), AccountKey: account.Key, OpenedBy: access.ImportedBy,
		StartedAt: line.At, ExpiresAt: line.At, IP: line.IP, UserAgent: line.UserAgent,
	}
	_, err = m.LoginByIDHash(ctx, l.IDHash)
	if err == nil {
		m.report.Repeated++
		return nil
	}
	if !errors.Is(err, access.ErrNotFound) {
		return fmt.Errorf("look for the line: %w", err)
	}
	if err := m.decide(ctx, account, line, &l); err != nil {
		return err
	}
	if err := m.PutLogin(ctx, &l); err != nil {
		return fmt.Errorf("store the login: %w", err)
	}
	m.stored++
	if account.Key == 0 {
		m.report.Unknown++
	} else {
		m.report.Imported++
	}
	return m.weigh(ctx, account, l)
}

// accountOf finds whom a line means; a zero account where nobody is.
func (m *logImporter) accountOf(ctx context.Context, line access.LogLine) (access.Account, error) {
	name := "login " + line.Login
	if line.Login == "" {
		name = "external id " + line.ExternalID
	}
	if account, known := m.accounts[name]; known {
		return account, nil
	}
	account, err := loginAccount(ctx, m.Tx, m.by, m.action, StartLogin{Login: line.Login, ExternalID: line.ExternalID})
	if err != nil && !errors.Is(err, access.ErrNotFound) {
		return access.Account{}, err
	}
	m.accounts[name] = account
	return account, nil
}

// decide writes into the login what the portal decided, and whether its browser
// and network were seen before.
func (m *logImporter) decide(ctx context.Context, account access.Account, line access.LogLine, l *access.Login) error {
	switch {
	case account.Key == 0:
		l.End(access.LoginDenied, access.Deny, access.ReasonAccountUnknown, line.At)
		return nil
	case line.Failed:
		m.report.Failed++
		l.End(access.LoginDenied, access.Deny, access.ReasonPasswordWrong, line.At)
		return nil
	}
	if _, read := m.judged.visits[account.Key]; !read {
		visits, err := m.judged.visitsBefore(ctx, access.Login{AccountKey: account.Key, Key: math.MaxInt64})
		if err != nil {
			return err
		}
		m.judged.visits[account.Key] = visits
	}
	reason := access.ReasonNewDevice
	place := detect.PlaceOf(*l)
	switch {
	case slices.ContainsFunc(m.judged.visits[account.Key], func(v detect.Visit) bool { return v.Place == place }):
		reason = access.ReasonDeviceRecognized
	case account.Effective() == access.Notify:
		reason = access.ReasonNotifyOnly
	}
	l.End(access.LoginPassed, access.Allow, reason, line.At)
	return nil
}

// weigh raises what a stored login tells, and owes the person a notice.
func (m *logImporter) weigh(ctx context.Context, account access.Account, l access.Login) error {
	found, err := m.judged.ended(ctx, account, l)
	if err != nil {
		return err
	}
	if l.State == access.LoginPassed {
		visits := append([]detect.Visit{detect.VisitOf(l)}, m.judged.visits[account.Key]...)
		m.judged.visits[account.Key] = visits[:min(len(visits), detect.Remembered)]
	}
	if len(found) == 0 {
		return nil
	}
	o := occasionOf(l)
	o.At, o.Imported = l.EndedAt, true
	if err := m.raiseAll(ctx, account, found, o); err != nil {
		return err
	}
	if l.State != access.LoginPassed {
		return nil
	}
	m.report.NewDevices++
	return m.tell(ctx, account, l, found)
}

// tell owes the person one notice of a login that passed from a new device, with
// the alert that says most.
func (m *logImporter) tell(ctx context.Context, account access.Account, l access.Login, found []detect.Finding) error {
	if m.now.Sub(l.StartedAt) > noticeWithin {
		return nil
	}
	kind := access.NoticeNewDevice
	if len(found) > 1 {
		kind = access.NoticeLoginSuspicious
	}
	alert, err := m.LastAlert(ctx, account.Key, []access.AlertKind{found[len(found)-1].Kind})
	if err != nil {
		return fmt.Errorf("find the alert to tell of: %w", err)
	}
	school, err := m.School(ctx, account.HomeSchool())
	if err != nil {
		return owed(err, fmt.Sprintf("read the school of %s", account.Login))
	}
	m.report.Notices++
	s := session{login: l, school: school}
	return m.notify(ctx, account, access.Notice{
		Kind: kind, Facts: s.placed(), Topic: access.LoginTopic(l.Browser(), l.IP), AlertKey: alert.Key,
	})
}

// lineDigest names a line by its content: what is left of it once the account is
// found, so that no word that was typed in the place of a login can be guessed
// from it. It stands where other logins have the hash of their secret id, and
// cannot be one: a secret id has no NUL.
func lineDigest(line access.LogLine, account access.Account) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "imported login\x00%d\x00%s\x00%s\x00%t\x00%s",
		line.At.UnixMilli(), account.ID, line.IP, line.Failed, line.UserAgent))
	return sum[:]
}

// record writes what came of a batch into its audit record.
func (m *logImporter) record(log access.LoginLog, before LoginImport) {
	r := m.report
	if m.stored == 0 {
		m.nothing()
		return
	}
	m.target("login_log", log.Digest)
	for _, n := range []struct {
		key        string
		now, begin int
	}{
		{"imported", r.Imported, before.Imported},
		{"repeated", r.Repeated, before.Repeated},
		{"unknown", r.Unknown, before.Unknown},
		{"too_old", r.TooOld, before.TooOld},
		{"failed", r.Failed, before.Failed},
		{"new_devices", r.NewDevices, before.NewDevices},
		{"alerts", r.Alerts, before.Alerts},
		{"notices", r.Notices, before.Notices},
	} {
		m.note(n.key, n.now-n.begin)
	}
	m.note("format", log.Format)
	m.note("rejected", len(log.Rejected))
}
