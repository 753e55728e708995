package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// A Trial is what one rule would have raised.
type Trial struct {
	Rule      detect.Rule
	Alerts    int
	Incidents int
	LastAt    time.Time // of the newest; zero: none
}

// TryRules judges the log anew, by the rules and thresholds that hold now: the
// logins that began at or after since, in the order they began. It gives each
// rule that judges logins. Nothing is written. It takes its time: it asks for
// every login what was asked at it.
func (a *App) TryRules(ctx context.Context, by access.Operator, since time.Time) ([]Trial, error) {
	var schools []string
	var newest int64
	err := a.read(ctx, by, AlertsRules, func(tx store.Tx) (err error) {
		if schools, err = scopeSchools(ctx, tx, by, nil); err != nil {
			return err
		}
		newest, err = tx.NewestLogin(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	t := trials{counts: map[access.AlertKind]*Trial{}, last: map[string]access.Alert{}, counted: map[string]bool{}}
	f := store.LoginFilter{Page: store.Page{UpTo: newest, Limit: pageRows}, Schools: schools, Since: since}
	for {
		var page []store.LoginRow
		err := a.store.ViewMany(ctx, func(tx store.Tx) (err error) {
			if page, err = tx.Logins(ctx, f); err != nil {
				return fmt.Errorf("list logins: %w", err)
			}
			return t.page(ctx, &judge{tx: tx, thresholds: a.thresholds}, page)
		})
		if err != nil {
			return nil, err
		}
		if len(page) < pageRows {
			return t.all(), nil
		}
		f.After = page[len(page)-1].Key
	}
}

// trials gathers what would have been raised. What an alert would have joined is
// found as raise finds it, among those that would have been.
type trials struct {
	counts  map[access.AlertKind]*Trial
	last    map[string]access.Alert // the newest of a family at an account, or at an address and school
	counted map[string]bool         // incidents of a kind
	number  int                     // of incidents
}

func (t *trials) page(ctx context.Context, j *judge, page []store.LoginRow) error {
	for _, row := range page {
		if row.State == access.LoginOpen {
			continue
		}
		var account access.Account
		if row.AccountKey != 0 && row.State == access.LoginPassed && !row.Known() {
			var err error
			if account, err = j.tx.AccountByKey(ctx, row.AccountKey); err != nil {
				return fmt.Errorf("read the account of login %d: %w", row.Key, err)
			}
		}
		if err := t.login(ctx, j, account, row); err != nil {
			return err
		}
	}
	return nil
}

func (t *trials) login(ctx context.Context, j *judge, account access.Account, row store.LoginRow) error {
	found, err := j.ended(ctx, account, row.Login)
	if err != nil {
		return err
	}
	if replayed := row.Reason == access.ReasonDeviceReplayed; replayed {
		found = append(found, detect.Finding{Kind: access.AlertDeviceReplayed, Severity: access.High})
	}
	again, err := j.registered(ctx, row.Login)
	if err != nil {
		return err
	}
	for _, f := range append(found, again...) {
		t.take(f, row)
	}
	return nil
}

// take counts a finding that raise would store.
func (t *trials) take(f detect.Finding, row store.LoginRow) {
	at := row.EndedAt
	alert := access.Alert{At: at, Kind: f.Kind, School: row.School}
	family, key := "", ""
	if detect.AboutAddress(f.Kind) {
		source := access.SourceOf(row.IP).String()
		family = fmt.Sprintf("%s %s", f.Kind, source)
		key = family + " " + row.School
		var earlier []access.Alert
		for _, k := range []string{family, key} {
			if last, ok := t.last[k]; ok {
				earlier = append(earlier, last)
			}
		}
		incident, raise := detect.Repeat(earlier, row.School, at)
		if !raise {
			return
		}
		alert.IncidentID = incident
	} else {
		family = fmt.Sprintf("%s %d", detect.Family(f.Kind)[0], row.AccountKey)
		if last, ok := t.last[family]; ok && detect.SameIncident(last, at) {
			alert.IncidentID = last.IncidentID
		}
	}
	if alert.IncidentID == "" {
		t.number++
		alert.IncidentID = fmt.Sprint(t.number)
	}
	t.last[family] = alert
	if key != "" {
		t.last[key] = alert
	}
	t.count(f.Kind, alert)
}

func (t *trials) count(k access.AlertKind, alert access.Alert) {
	if t.counts[k] == nil {
		t.counts[k] = &Trial{}
	}
	one := t.counts[k]
	one.Alerts++
	if alert.At.After(one.LastAt) {
		one.LastAt = alert.At
	}
	if incident := string(k) + " " + alert.IncidentID; !t.counted[incident] {
		t.counted[incident] = true
		one.Incidents++
	}
}

// all gives the rules that judge logins with what they would have raised.
func (t *trials) all() []Trial {
	var all []Trial
	for _, r := range detect.Rules() {
		if !r.Logins {
			continue
		}
		one := Trial{}
		if counted := t.counts[r.Kind]; counted != nil {
			one = *counted
		}
		one.Rule = r
		all = append(all, one)
	}
	return all
}
