package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// keyring puts the kit's ring into a file and gives its path.
func (k *kit) keyring() string {
	k.t.Helper()
	path := filepath.Join(k.t.TempDir(), "keyring.json")
	if err := k.keys.Create(path); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// reload lets the kit go on with the ring in the file, as a new process does.
func (k *kit) reload(path string) {
	k.t.Helper()
	var err error
	if k.keys, err = secret.LoadKeyring(path); err != nil {
		k.t.Fatal(err)
	}
	k.App = k.with(k.keys)
	if err := k.CheckKey(context.Background()); err != nil {
		k.t.Fatal(err)
	}
}

// rotate rotates the key and goes on with the new ring.
func (k *kit) rotate(path string) app.Rotation {
	k.t.Helper()
	r, err := k.RotateKey(context.Background(), root, path)
	if err != nil {
		k.t.Fatal(err)
	}
	k.reload(path)
	return r
}

// uses gives what rests on the keys of each state, as state=uses.
func (k *kit) uses() string {
	k.t.Helper()
	all, err := k.Keys(context.Background(), root)
	if err != nil {
		k.t.Fatal(err)
	}
	var texts []string
	for _, one := range all {
		u := one.Uses
		texts = append(texts, fmt.Sprintf("%s: %d PINs, %d dates, %d devices, %d codes", one.State, u.PINs, u.BirthDates, u.Devices, u.SetupCodes))
	}
	return strings.Join(texts, "; ")
}

// family gives a store with what a key is needed for: lea has a PIN, a birth
// date and a device, whose token it gives; max has a code.
func family(t *testing.T) (k *kit, path, token string) {
	t.Helper()
	k = newKit(t)
	k.person("lea", func(n *app.NewAccount) {
		n.Profile = access.Teacher
		n.BirthDate = access.Date{Year: 1980, Month: 4, Day: 17}
	})
	k.person("max", nil)
	k.person("zoe", func(n *app.NewAccount) { n.BirthDate = access.Date{Year: 2011, Month: 5, Day: 23} })
	k.pin("lea", rightPIN)
	token = k.registered("lea", rightPIN, "Home")
	return k, k.keyring(), token
}

func TestRotateKey(t *testing.T) {
	k, path, token := family(t)
	code := k.reset("max")
	old := k.keys.ActiveID()
	if got, want := k.uses(), "active: 1 PINs, 2 dates, 1 devices, 1 codes"; got != want {
		t.Fatalf("before: got %s, want %s", got, want)
	}
	head := k.head()
	r := k.rotate(path)
	if r.Key == old || r.Key != k.keys.ActiveID() || r.Continued || r.Rows != 3 || len(r.Failed)+len(r.Removed) > 0 {
		t.Errorf("rotation: got %+v, want a new key and 3 rows", r)
	}
	if got, want := k.uses(), "retired: 0 PINs, 0 dates, 1 devices, 1 codes; active: 1 PINs, 2 dates, 0 devices, 0 codes"; got != want {
		t.Errorf("after: got %s, want %s", got, want)
	}
	if got := k.verify(rightPIN); got != "right" {
		t.Errorf("the right PIN: got %q, want it right", got)
	}
	if got := k.verify(wrongPIN); got != "pin_wrong" {
		t.Errorf("a wrong PIN: got %q, want pin_wrong", got)
	}
	if got := k.born("zoe").String(); got != "2011-05-23" {
		t.Errorf("birth date: got %s, want 2011-05-23", got)
	}
	if got := k.start("lea", token); got.Reason != access.ReasonDeviceRecognized {
		t.Errorf("the device: got %s, want it recognized", got.Reason)
	}
	if got, want := k.uses(), "retired: 0 PINs, 0 dates, 1 devices, 1 codes; active: 1 PINs, 2 dates, 1 devices, 0 codes"; got != want {
		t.Errorf("after the device came: got %s, want its tokens to come under the new key: %s", got, want)
	}
	login := k.start("max", "").LoginID
	if got := k.setUp(login, access.ByPIN, rightPIN, code); got.Decision != access.Allow {
		t.Errorf("the code from before: got %+v, want it good", got)
	}
	if n, _, err := k.VerifyAudit(context.Background(), root, app.AuditHead{}); err != nil || n != k.head() {
		t.Errorf("audit chain over both keys: got %d records, %v", n, err)
	}
	for _, record := range k.trail(head)[1:] {
		if record.KeyID != k.keys.ActiveID() {
			t.Errorf("record %d (%s): sealed with %s, want the new key", record.Seq, record.Action, record.KeyID)
		}
	}
}

// TestRotateKeySealsByTheRecord: each touched row carries the number of the
// audit record that it was changed with.
func TestRotateKeySealsByTheRecord(t *testing.T) {
	k, path, _ := family(t)
	head := k.head()
	k.rotate(path)
	lea := k.stored("lea")
	k.view(func(tx store.Tx) error {
		c, err := tx.Credential(context.Background(), lea.Key)
		if c.AuditSeq <= head || c.KeyID != k.keys.ActiveID() {
			t.Errorf("PIN: got record %d and key %s, want one after %d and the new key", c.AuditSeq, c.KeyID, head)
		}
		return err
	})
	if got := k.lastDetail(app.KeyRotate)["ended"]; got != true {
		t.Errorf("last record: got ended %v, want true", got)
	}
}

func TestRotateKeyAgainAndAgain(t *testing.T) {
	k, path, token := family(t)
	answer := k.start("lea", token)
	seen := []string{token, answer.DeviceToken}
	for i := range 3 {
		if r := k.rotate(path); r.Rows != 3 || r.Continued {
			t.Errorf("rotation %d: got %+v, want 3 rows under a new key", i, r)
		}
		answer = k.start("lea", answer.DeviceToken)
		if answer.Reason != access.ReasonDeviceRecognized {
			t.Fatalf("after rotation %d: got %s, want the device recognized", i, answer.Reason)
		}
		seen = append(seen, answer.DeviceToken)
	}
	if got := len(k.keys.IDs()); got != 4 {
		t.Errorf("keys: got %d, want all 4: the device has tokens of each", got)
	}
	k.now = k.now.Add(access.Day)
	answer = k.start("lea", answer.DeviceToken)
	k.now = k.now.Add(access.Day)
	if got := k.start("lea", seen[0]).Reason; got != access.ReasonDeviceReplayed {
		t.Errorf("the first token of all: got %s, want it known as superseded", got)
	}
	if got := k.start("lea", answer.DeviceToken).Reason; got != access.ReasonDeviceRevoked {
		t.Errorf("the newest token after that: got %s, want the device revoked", got)
	}
}

// TestRotationKeepsThePredecessor: parallel requests of one browser carry the
// token from before, and all get the same successor, whichever key it is of.
func TestRotationKeepsThePredecessor(t *testing.T) {
	for _, presented := range []bool{false, true} {
		t.Run(fmt.Sprintf("successor handed out before: %t", presented), func(t *testing.T) {
			k, path, token := family(t)
			successor := ""
			if presented {
				successor = k.start("lea", token).DeviceToken
			}
			k.rotate(path)
			for range 3 {
				got := k.start("lea", token)
				if successor == "" {
					successor = got.DeviceToken
				}
				if got.Reason != access.ReasonDeviceRecognized || got.DeviceToken != successor {
					t.Fatalf("got %s, the same successor: %v", got.Reason, got.DeviceToken == successor)
				}
			}
			next := k.start("lea", successor)
			if next.Reason != access.ReasonDeviceRecognized {
				t.Fatalf("the successor: got %s, want it recognized", next.Reason)
			}
			if got := k.start("lea", token); got.Reason != access.ReasonDeviceRecognized || got.DeviceToken != successor {
				t.Errorf("the predecessor within its minute: got %s, want the same successor", got.Reason)
			}
			if got := k.start("lea", next.DeviceToken).Reason; got != access.ReasonDeviceRecognized {
				t.Errorf("the one after: got %s, want it recognized", got)
			}
		})
	}
}

// A dying store ends the n-th transaction that writes with an error: before it
// begins, or after it has committed, as kill -9 does.
type dying struct {
	store.Store
	left  int
	after bool
}

var errKilled = errors.New("killed")

func (s *dying) Update(ctx context.Context, f func(store.Tx) error) error {
	s.left--
	if s.left < 0 || s.left == 0 && !s.after {
		return errKilled
	}
	err := s.Store.Update(ctx, f)
	if err == nil && s.left == 0 {
		return errKilled
	}
	return err
}

// TestRotateKeySurvivesItsDeath ends a rotation after each of its steps. The
// store must be usable then, and another call must end the rotation.
func TestRotateKeySurvivesItsDeath(t *testing.T) {
	ctx := context.Background()
	for n := 1; ; n++ {
		for _, after := range []bool{false, true} {
			k, path, token := family(t)
			old := k.keys.ActiveID()
			_, err := k.over(&dying{Store: k.store, left: n, after: after}).RotateKey(ctx, root, path)
			if err == nil {
				if n < 5 {
					t.Errorf("a rotation of %d steps, want more of them tried", n)
				}
				return
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			ended := func(r access.AuditRecord) bool { return strings.Contains(string(r.Detail), `"ended":true`) }
			if slices.ContainsFunc(k.trail(0), ended) {
				continue // nothing of it was left to do
			}
			what := fmt.Sprintf("killed at step %d, after it: %t", n, after)
			k.reload(path)
			if got := k.verify(rightPIN); got != "right" {
				t.Errorf("%s: the right PIN: got %q", what, got)
			}
			r := k.rotate(path)
			if len(k.keys.IDs()) != 2 || r.Key == old || !slices.Contains(k.keys.IDs(), old) {
				t.Errorf("%s: keys: got %d, want the old and one new", what, len(k.keys.IDs()))
			}
			if got, want := k.uses(), "retired: 0 PINs, 0 dates, 1 devices, 0 codes; active: 1 PINs, 2 dates, 0 devices, 0 codes"; got != want {
				t.Errorf("%s: got %s, want %s", what, got, want)
			}
			if got := k.start("lea", token).Reason; got != access.ReasonDeviceRecognized {
				t.Errorf("%s: the device: got %s", what, got)
			}
			if report, err := k.CheckStore(ctx, root); err != nil || len(report.Problems) > 0 {
				t.Errorf("%s: check: got %v, %v", what, report.Problems, err)
			}
		}
	}
}

func TestPlanRotation(t *testing.T) {
	k, path, _ := family(t)
	ctx := context.Background()
	head := k.head()
	plan, err := k.PlanRotation(ctx, root)
	if err != nil || plan.Rows != 3 || plan.Continued {
		t.Errorf("plan: got %+v, %v, want 3 rows under a new key", plan, err)
	}
	_, err = k.over(&dying{Store: k.store, left: 3, after: true}).RotateKey(ctx, root, path)
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	k.reload(path)
	if plan, err = k.PlanRotation(ctx, root); err != nil || plan.Rows != 3 || !plan.Continued {
		t.Errorf("plan after the key is active: got %+v, %v, want it to be continued", plan, err)
	}
	k.rotate(path)
	if plan, err = k.PlanRotation(ctx, root); err != nil || plan.Rows != 3 || plan.Continued {
		t.Errorf("plan after the end: got %+v, %v, want another rotation", plan, err)
	}
	if k.head() == head {
		t.Error("no audit record of the rotation")
	}
}

// TestRotateKeyPassesOverWhatDoesNotOpen: one damaged row keeps the others from
// nothing, and is named.
func TestRotateKeyPassesOverWhatDoesNotOpen(t *testing.T) {
	k, path, _ := family(t)
	k.flip("pin", 60)
	_, err := k.RotateKey(context.Background(), root, path)
	wantError(t, err, access.ErrDamaged, "seal_broken")
	if !strings.Contains(err.Error(), "lea") {
		t.Errorf("error: got %v, want the account named", err)
	}
	k.reload(path)
	if got, want := k.uses(), "retired: 1 PINs, 1 dates, 1 devices, 0 codes; active: 0 PINs, 1 dates, 0 devices, 0 codes"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	k.reset("lea")
	if r := k.rotate(path); !r.Continued || r.Rows != 1 {
		t.Errorf("after the reset: got %+v, want the rest done", r)
	}
}

// TestRetiredKeyGoesWhenNothingNeedsIt walks a key to its end.
func TestRetiredKeyGoesWhenNothingNeedsIt(t *testing.T) {
	k, path, token := family(t)
	old := k.keys.ActiveID()
	k.rotate(path)
	if r := k.rotate(path); len(r.Removed) > 0 {
		t.Errorf("at once: got %v removed, want nothing", r.Removed)
	}
	k.now = k.now.Add(access.Days(365 + 61))
	if _, err := k.Prune(context.Background(), root); err != nil {
		t.Fatal(err)
	}
	r := k.rotate(path)
	if !slices.Contains(r.Removed, old) || k.keys.Holds(old) {
		t.Errorf("after its last device and record: got %v removed, want %s among them", r.Removed, old)
	}
	if got := k.start("lea", token).Reason; got == access.ReasonDeviceRecognized {
		t.Errorf("a token of the removed key: got %s", got)
	}
	if got := k.verify(rightPIN); got != "right" {
		t.Errorf("the right PIN: got %q, want it right", got)
	}
	if report, err := k.CheckStore(context.Background(), root); err != nil || len(report.Problems) > 0 {
		t.Errorf("check: got %v, %v", report.Problems, err)
	}
}

// TestRotationTakesTheCheckpointAlong: the end of a pruned chain does not hold a
// key back that nothing else needs.
func TestRotationTakesTheCheckpointAlong(t *testing.T) {
	k, path, _ := family(t)
	ctx := context.Background()
	k.now = k.now.Add(access.Days(366))
	if _, err := k.Prune(ctx, root); err != nil {
		t.Fatal(err)
	}
	k.rotate(path)
	var text []byte
	k.view(func(tx store.Tx) (err error) {
		text, err = tx.Meta(ctx, "audit_checkpoint")
		return err
	})
	if !strings.Contains(string(text), k.keys.ActiveID()) {
		t.Errorf("checkpoint: got %s, want it under the active key %s", text, k.keys.ActiveID())
	}
	if _, _, err := k.VerifyAudit(ctx, root, app.AuditHead{}); err != nil {
		t.Error(err)
	}
}

// TestOldCopyOfTheKeyring: a copy from before a rotation must not seal anything.
func TestOldCopyOfTheKeyring(t *testing.T) {
	k, path, _ := family(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	k.rotate(path)
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := secret.LoadKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, k.with(ring).CheckKey(context.Background()), access.ErrUnusable, "key_unknown")
	_, err = k.with(ring).RotateKey(context.Background(), root, path)
	wantError(t, err, access.ErrUnusable, "key_unknown")
}

// TestCopyFromBeforeARotation is named for what it is.
func TestCopyFromBeforeARotation(t *testing.T) {
	k, path, _ := family(t)
	backup := k.backup()
	k.rotate(path)
	err := k.onBackup(backup).CheckKey(context.Background())
	wantError(t, err, access.ErrUnusable, "key_wrong")
	if !strings.Contains(err.Error(), "from before the key") {
		t.Errorf("got %v, want to be told that the copy is older than the key", err)
	}
}

func TestNoteKeyCopy(t *testing.T) {
	k, path, _ := family(t)
	ctx := context.Background()
	noted := func() bool {
		t.Helper()
		care, err := k.Care(ctx, root)
		if err != nil {
			t.Fatal(err)
		}
		return care.KeyNotedAt.Equal(k.now)
	}
	if noted() {
		t.Error("a new store: noted, want not")
	}
	if err := k.NoteKeyCopy(ctx, root); err != nil || !noted() {
		t.Errorf("noted: got %v, %v, want true", noted(), err)
	}
	if k.rotate(path); noted() {
		t.Error("after a rotation: noted, want the copy to be too old")
	}
}

// TestRotationsAtOnce: none of them overwrites the other's key.
func TestRotationsAtOnce(t *testing.T) {
	k, path, _ := family(t)
	other := k.reopened()
	done := make(chan error)
	for _, a := range []*app.App{k.App, other} {
		go func() {
			_, err := a.RotateKey(context.Background(), root, path)
			done <- err
		}()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	k.reload(path)
	if n := len(k.keys.IDs()); n < 2 || n > 3 {
		t.Errorf("keys: got %d, want one or two more than before", n)
	}
	if got := k.verify(rightPIN); got != "right" {
		t.Errorf("the right PIN: got %q, want it right", got)
	}
	if report, err := k.CheckStore(context.Background(), root); err != nil || len(report.Problems) > 0 {
		t.Errorf("check: got %v, %v", report.Problems, err)
	}
}
