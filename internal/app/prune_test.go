package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// prune forgets what is old and gives the counts, as kind=rows of those that are
// not 0. The plan must have said the same.
func (k *kit) prune() string {
	k.t.Helper()
	ctx := context.Background()
	before := k.head()
	plan, err := k.PrunePlan(ctx, root)
	if err != nil {
		k.t.Fatal(err)
	}
	if k.head() != before {
		k.t.Error("the plan left an audit record")
	}
	done, err := k.Prune(ctx, root)
	if err != nil {
		k.t.Fatal(err)
	}
	if !slices.Equal(plan, done) {
		k.t.Errorf("plan: got %+v, want what was done: %+v", plan, done)
	}
	var texts []string
	for _, p := range done {
		if p.Rows > 0 {
			texts = append(texts, fmt.Sprintf("%s=%d", p.Kind, p.Rows))
		}
	}
	return strings.Join(texts, " ")
}

// logged puts a login and an alert of lea into the log, some days ago.
func (k *kit) logged(days int) {
	k.t.Helper()
	ctx, at := context.Background(), k.now.Add(-access.Days(days))
	ip, err := access.ParseNetwork("192.0.2.77/32")
	if err != nil {
		k.t.Fatal(err)
	}
	lea := k.stored("lea")
	k.write(func(tx store.Tx) error {
		err := tx.PutLogin(ctx, &access.Login{
			IDHash: fmt.Appendf(nil, "days %d", days), AccountKey: lea.Key, OpenedBy: root.ID, StartedAt: at, EndedAt: at,
			ExpiresAt: at, State: access.LoginPassed, Decision: access.Allow, IP: ip.Prefix.Addr(),
		})
		if err != nil {
			return err
		}
		err = tx.PutAlert(ctx, &access.Alert{At: at, Kind: access.AlertPINWrong, Severity: access.Warn, State: access.AlertOpen, AccountKey: lea.Key, School: "A", IP: ip.Prefix.Addr()})
		if err != nil {
			return err
		}
		return tx.PutNotice(ctx, &access.Notice{
			ID: fmt.Sprint("n", days), At: at, Kind: access.NoticeNewDevice, State: access.NoticeSent, AccountKey: lea.Key, School: "A", Lang: "fr",
			Facts: access.NoticeFacts{IP: ip.Prefix.Addr()},
		})
	})
}

func TestPruneAtTheLimits(t *testing.T) {
	k := newKit(t)
	k.person("lea", nil)
	if got := k.prune(); got != "" {
		t.Errorf("a new store: got %s, want nothing", got)
	}
	for _, days := range []int{29, 30, 31, 180, 181} {
		k.logged(days)
	}
	head := k.head()
	if got, want := k.prune(), "logins=1 alerts=1 notices=1 addresses=6"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if records := k.trail(head); len(records) != 1 || records[0].Action != string(app.StorePrune) {
		t.Errorf("audit: got %v, want one record", records)
	}
	if detail := k.lastDetail(app.StorePrune); detail["logins"] != 1.0 || detail["alerts"] != 1.0 || detail["notices"] != 1.0 || detail["addresses"] != 6.0 {
		t.Errorf("detail: got %v, want the counts", detail)
	}
}

func TestPruneAgainDoesNothing(t *testing.T) {
	k := newKit(t)
	k.person("lea", nil)
	k.logged(200)
	k.logged(40)
	if got, want := k.prune(), "logins=1 alerts=1 notices=1 addresses=3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	head := k.head()
	if got := k.prune(); got != "" || k.head() != head {
		t.Errorf("again: got %q and %d records, want nothing", got, k.head()-head)
	}
}

// TestPruneInBatches: no transaction grows with the store.
func TestPruneInBatches(t *testing.T) {
	k := newKit(t)
	k.person("lea", nil)
	lea, at := k.stored("lea"), k.now.Add(-access.Days(200))
	k.write(func(tx store.Tx) error {
		for i := range 12000 {
			err := tx.PutLogin(context.Background(), &access.Login{IDHash: fmt.Appendf(nil, "%d", i), AccountKey: lea.Key, StartedAt: at, State: access.LoginPassed})
			if err != nil {
				return err
			}
		}
		return nil
	})
	head := k.head()
	if got, want := k.prune(), "logins=12000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := k.head() - head; got != 3 {
		t.Errorf("audit: got %d records, want one for each of 3 batches", got)
	}
}

// TestPrunedChainVerifies: the records that are left still verify, and a head
// that was remembered is found as long as it is there.
func TestPrunedChainVerifies(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	k.person("lea", nil)
	k.person("max", nil)
	old, err := k.AuditHead(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	k.now = k.now.Add(access.Days(366))
	k.person("zoe", nil)
	young, err := k.AuditHead(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := k.prune(), "audit_records=3"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	for _, head := range []app.AuditHead{{}, young, old} {
		n, last, err := k.VerifyAudit(ctx, root, head)
		if err != nil || n != 2 || last.Seq != 5 {
			t.Errorf("head %d: got %d records, last %d, %v, want 2 and 5", head.Seq, n, last.Seq, err)
		}
	}
	older := app.AuditHead{Seq: old.Seq - 1, MAC: make([]byte, 32)}
	_, _, err = k.VerifyAudit(ctx, root, older)
	wantError(t, err, access.ErrFinding, "audit_head_pruned")
	wrong := app.AuditHead{Seq: old.Seq, MAC: make([]byte, 32)}
	_, _, err = k.VerifyAudit(ctx, root, wrong)
	wantError(t, err, access.ErrDamaged, "audit_broken")
	if report, err := k.CheckStore(ctx, root); err != nil || len(report.Problems) > 0 {
		t.Errorf("check: got %v, %v", report.Problems, err)
	}
	k.now = k.now.Add(access.Days(366))
	if got, want := k.prune(), "audit_records=2"; got != want {
		t.Errorf("a year later: got %s, want %s", got, want)
	}
	if n, last, err := k.VerifyAudit(ctx, root, app.AuditHead{}); err != nil || n != 1 || last.Seq != 6 {
		t.Errorf("a year later: got %d records, last %d, %v, want the record of the pruning alone", n, last.Seq, err)
	}
}

// TestCutChainIsNoticed: records that retention did not remove are missed, with
// and without a checkpoint.
func TestCutChainIsNoticed(t *testing.T) {
	const cut = `DELETE FROM audit_detail WHERE seq <= %d; DELETE FROM audit WHERE seq <= %[1]d`
	for _, tt := range []struct {
		name      string
		pruned    bool
		statement string
	}{
		{"without any pruning", false, fmt.Sprintf(cut, 2)},
		{"further than was pruned", true, fmt.Sprintf(cut, 4)},
		{"with the checkpoint taken away", true, `DELETE FROM meta WHERE name = 'audit_checkpoint'`},
		{"with the checkpoint moved", true, `UPDATE meta SET value = CAST(replace(CAST(value AS TEXT), '"seq":3', '"seq":4') AS BLOB) WHERE name = 'audit_checkpoint'; ` + fmt.Sprintf(cut, 4)},
		{"with a checkpoint that is none", true, `UPDATE meta SET value = x'00' WHERE name = 'audit_checkpoint'`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t)
			k.person("lea", nil)
			k.person("max", nil)
			k.now = k.now.Add(access.Days(366))
			k.person("zoe", nil)
			if tt.pruned {
				k.prune()
			}
			for statement := range strings.SplitSeq(tt.statement, "; ") {
				k.tamper(statement)
			}
			_, _, err := k.VerifyAudit(context.Background(), root, app.AuditHead{})
			wantError(t, err, access.ErrDamaged, "audit_broken")
		})
	}
}

// TestForgedCheckpoint: who can write to the store, and has no key, cannot let the
// chain begin later than retention did.
func TestForgedCheckpoint(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	k.person("lea", nil)
	k.now = k.now.Add(access.Days(366))
	k.person("max", nil)
	k.prune()
	record := k.trail(2)[0]
	k.write(func(tx store.Tx) error {
		text, err := tx.Meta(ctx, "audit_checkpoint")
		if err != nil {
			return err
		}
		var p map[string]any
		if err := json.Unmarshal(text, &p); err != nil {
			return err
		}
		p["seq"], p["mac"] = record.Seq, record.MAC
		if text, err = json.Marshal(p); err != nil {
			return err
		}
		if err := tx.PutMeta(ctx, "audit_checkpoint", text); err != nil {
			return err
		}
		return tx.PruneAudit(ctx, record.Seq)
	})
	_, _, err := k.VerifyAudit(ctx, root, app.AuditHead{})
	wantError(t, err, access.ErrDamaged, "audit_broken")
}

// TestPruneLeavesABrokenChain: what was tampered with is evidence.
func TestPruneLeavesABrokenChain(t *testing.T) {
	k := newKit(t)
	k.person("lea", nil)
	k.person("max", nil)
	k.tamper(`DROP TRIGGER audit_update`, `UPDATE audit SET actor = 'uid:7' WHERE seq = 2`)
	k.now = k.now.Add(access.Days(366))
	k.person("zoe", nil)
	_, err := k.Prune(context.Background(), root)
	wantError(t, err, access.ErrDamaged, "audit_broken")
	if records := k.trail(0); len(records) != 4 {
		t.Errorf("got %d records, want all 4 left", len(records))
	}
}

func TestPruneErasesArchivedAccounts(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	lea := k.person("lea", func(n *app.NewAccount) {
		n.Name, n.Email = "Durand, Léa", "lea.durand@example.org"
		n.BirthDate = access.Date{Year: 2011, Month: 5, Day: 23}
	})
	k.person("max", nil)
	k.trusted("lea")
	if _, err := k.ArchiveAccount(ctx, root, "lea", "moved to Lyon"); err != nil {
		t.Fatal(err)
	}
	k.now = k.now.Add(access.Days(300))
	want(t, k.start("lea", ""), access.Deny, access.ReasonAccountSuspended) // a record that is too young to be pruned
	archived := k.head()
	k.now = k.now.Add(access.Days(65))
	if got := k.prune(); strings.Contains(got, "accounts") {
		t.Errorf("after 365 days: got %s, want the account still there", got)
	}
	k.now = k.now.Add(time.Millisecond)
	if got := k.prune(); !strings.Contains(got, "accounts=1") {
		t.Fatalf("a moment later: got %s, want the account gone", got)
	}
	err := k.store.View(ctx, func(tx store.Tx) error {
		_, err := tx.AccountByID(ctx, lea.ID)
		return err
	})
	if !errors.Is(err, access.ErrNotFound) {
		t.Errorf("account: got %v, want it gone", err)
	}
	if got := k.listed(); !slices.Equal(got, []string{"max"}) {
		t.Errorf("accounts: got %v, want max alone", got)
	}
	dump := k.dump()
	for _, text := range []string{"Durand", "lea", "Lyon", "example.org"} {
		if strings.Contains(dump, fmt.Sprintf("%x", text)) {
			t.Errorf("the store still says %q", text)
		}
	}
	if report, err := k.CheckStore(ctx, root); err != nil || len(report.Problems) > 0 {
		t.Errorf("check: got %v, %v", report.Problems, err)
	}
	young := k.trail(archived - 1)
	if len(young) == 0 || young[0].Seq != archived || young[0].Detail != nil || young[0].Target != lea.ID {
		t.Errorf("record of the denied login: got %+v, want it without its detail", young)
	}
}

// TestVerifyWhileOthersPrune: a verification that is under way while retention
// goes on finds nothing broken.
func TestVerifyWhileOthersPrune(t *testing.T) {
	k := newKit(t)
	k.person("lea", nil)
	k.now = k.now.Add(access.Days(366))
	k.person("max", nil)
	s := &beforeSecond{Store: k.store, do: func() {
		if _, err := k.Prune(context.Background(), root); err != nil {
			t.Error(err)
		}
	}}
	if _, _, err := k.over(s).VerifyAudit(context.Background(), root, app.AuditHead{}); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if s.views < 2 {
		t.Errorf("views: got %d, want the pruning in their midst", s.views)
	}
}

// A beforeSecond store does something between its first and its second view.
type beforeSecond struct {
	store.Store
	views int
	do    func()
}

func (s *beforeSecond) View(ctx context.Context, f func(store.Tx) error) error {
	if s.views++; s.views == 2 {
		s.do()
	}
	return s.Store.View(ctx, f)
}
