package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// putDevice stores a device of an account; change says how it differs from one
// that was registered and seen this morning.
func (k *kit) putDevice(id, login string, change func(d *access.Device)) {
	k.t.Helper()
	d := access.Device{
		ID: id, AccountKey: k.stored(login).Key, Label: id, Kind: "computer", Proof: access.ProofPIN,
		Browser: access.ParseBrowser(firefox), TokenKeyID: k.keys.ActiveID(), Salt: make([]byte, 16),
		FirstSeenAt: k.now, LastSeenAt: k.now, ExpiresAt: k.now.Add(365 * access.Day),
	}
	if change != nil {
		change(&d)
	}
	k.write(func(tx store.Tx) error { return tx.PutDevice(context.Background(), &d) })
}

// fleet makes accounts of both schools with a device each way that matters.
func fleet(t *testing.T) *kit {
	k := newKit(t)
	k.person("ann", func(n *app.NewAccount) { n.Group = "6A" })
	k.person("tea", func(n *app.NewAccount) { n.Profile = access.Teacher })
	k.person("both", func(n *app.NewAccount) { n.Schools = []string{"A", "B"} })
	k.person("far", func(n *app.NewAccount) { n.Schools, n.Group = []string{"B"}, "6A" })
	k.putDevice("d1", "ann", func(d *access.Device) { d.Label = "Bureau d’Élise" })
	k.putDevice("d2", "ann", func(d *access.Device) { d.LastSeenAt = k.now.Add(-181 * access.Day) })
	k.putDevice("d3", "ann", func(d *access.Device) { d.RevokedAt, d.RevokedBy, d.RevokedReason = k.now, "op", "lost" })
	k.putDevice("d4", "tea", func(d *access.Device) { d.ExpiresAt = k.now })
	k.putDevice("d5", "both", nil)
	k.putDevice("d6", "far", nil)
	return k
}

func (k *kit) devices(by access.Operator, q app.DeviceQuery) (string, error) {
	var ids []string
	err := k.Devices(context.Background(), by, q, func(r store.DeviceRow) error {
		ids = append(ids, r.ID)
		return nil
	})
	return strings.Join(ids, " "), err
}

func TestDeviceList(t *testing.T) {
	k := fleet(t)
	filter := func(f store.DeviceFilter) app.DeviceQuery { return app.DeviceQuery{DeviceFilter: f} }
	principal := operator(access.RolePrincipal, "A")
	for _, c := range []struct {
		name string
		by   access.Operator
		q    app.DeviceQuery
		want string
	}{
		{"those not revoked", root, app.DeviceQuery{}, "d1 d2 d4 d5 d6"},
		{"all", root, filter(store.DeviceFilter{All: true}), "d1 d2 d3 d4 d5 d6"},
		{"revoked", root, filter(store.DeviceFilter{Revoked: true}), "d3"},
		{"of an account", root, app.DeviceQuery{Login: "ANN"}, "d1 d2"},
		{"of a school", root, app.DeviceQuery{School: "B"}, "d5 d6"},
		{"of a profile", root, filter(store.DeviceFilter{Profile: access.Teacher}), "d4"},
		{"of a group", root, filter(store.DeviceFilter{Group: "6A"}), "d1 d2 d6"},
		{"by label, in another spelling", root, filter(store.DeviceFilter{Label: "BUREAU D’É"}), "d1"},
		{"unused", root, filter(store.DeviceFilter{UnusedAt: k.now}), "d2"},
		{"expired or unused too long", root, filter(store.DeviceFilter{ExpiredAt: k.now}), "d2 d4"},
		{"before they were unused too long", root, filter(store.DeviceFilter{ExpiredAt: k.now.Add(-access.Day - 1)}), ""},
		{"of a group of a school", root, app.DeviceQuery{School: "B", DeviceFilter: store.DeviceFilter{Group: "6A"}}, "d6"},
		{"of an operator's school", principal, filter(store.DeviceFilter{All: true}), "d1 d2 d3 d4 d5"},
		{"whatever schools the caller filters by", principal, filter(store.DeviceFilter{Schools: []string{"B"}}), "d1 d2 d4 d5"},
		{"of an operator without schools", access.Operator{ID: "op", Role: access.RoleReporter, Schools: []string{}}, app.DeviceQuery{}, ""},
	} {
		if got, err := k.devices(c.by, c.q); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	for name, q := range map[string]app.DeviceQuery{"a foreign school": {School: "B"}, "a foreign account": {Login: "far"}} {
		if _, err := k.devices(principal, q); !errors.Is(err, access.ErrNotFound) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	stop := errors.New("stop")
	if err := k.Devices(t.Context(), root, app.DeviceQuery{}, func(store.DeviceRow) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a listing that is broken off: got %v", err)
	}
}

// Where a device is shown, it expires when its idle limit ends, if that is first.
func TestDeviceExpiresUnused(t *testing.T) {
	k := fleet(t)
	listed := map[string]time.Time{}
	err := k.Devices(t.Context(), root, app.DeviceQuery{}, func(r store.DeviceRow) error {
		listed[r.ID] = r.ExpiresAt
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := k.Account(t.Context(), root, "ann")
	if err != nil {
		t.Fatal(err)
	}
	paged := map[string]time.Time{}
	for _, row := range page.Devices {
		paged[row.ID] = row.ExpiresAt
	}
	for id, want := range map[string]time.Time{
		"d1": k.now.Add(180 * access.Day), // seen this morning, 365 days to live
		"d2": k.now.Add(-access.Day),      // seen 181 days ago
		"d4": k.now,                       // its lifetime ends first
	} {
		row, err := k.Device(t.Context(), root, id)
		if err != nil || !row.ExpiresAt.Equal(want) || !listed[id].Equal(want) {
			t.Errorf("%s: shown %v, %v, listed %v, want %v", id, row.ExpiresAt, err, listed[id], want)
		}
		if at, ok := paged[id]; ok && !at.Equal(want) {
			t.Errorf("%s: got %v on its account's page, want %v", id, at, want)
		}
	}
}

func TestDeviceShowsRevokedOnesToo(t *testing.T) {
	k := fleet(t)
	row, err := k.Device(t.Context(), root, "d3")
	if err != nil || row.Login != "ann" || row.School != "A" || row.Group != "6A" || row.RevokedReason != "lost" {
		t.Errorf("got %+v, %v", row, err)
	}
}

func TestRenameDevice(t *testing.T) {
	for _, c := range []struct {
		name, id, label string
		changed         bool
		kind            error
		code            string
	}{
		{"another label", "d2", "  My   phone ", true, nil, ""},
		{"the same", "d2", "d2", false, nil, ""},
		{"its own in capitals", "d2", "D2", true, nil, ""},
		{"one that is taken", "d2", "bureau d’élise", true, access.ErrRefused, "label_taken"},
		{"one of a revoked device", "d2", "d3", true, nil, ""},
		{"one that another account has", "d2", "d5", true, nil, ""},
		{"empty", "d2", " ", false, access.ErrRefused, "label_invalid"},
		{"a revoked device", "d3", "My phone", false, access.ErrRefused, "device_revoked"},
		{"an absent device", "d9", "My phone", false, access.ErrNotFound, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := fleet(t)
			before, head := k.dump(), k.head()
			changed, err := k.RenameDevice(t.Context(), root, c.id, c.label)
			wantError(t, err, c.kind, c.code)
			if err == nil && changed != c.changed {
				t.Errorf("changed: got %t, want %t", changed, c.changed)
			}
			if err != nil || !c.changed {
				if k.dump() != before {
					t.Error("the store was changed")
				}
				return
			}
			label, _ := access.NormalizeLabel(c.label)
			if d := k.device(c.id); d.Label != label || d.AuditSeq != head+1 {
				t.Errorf("got %q in record %d, want %q in %d", d.Label, d.AuditSeq, label, head+1)
			}
		})
	}
}

func TestRevokeSeveralDevices(t *testing.T) {
	k := fleet(t)
	head := k.head()
	items, err := k.RevokeDevices(t.Context(), root, []string{"d1", "d9", "d3", "d1", "d6"}, " stolen  bag ")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, item := range items {
		switch {
		case item.Err != nil:
			got = append(got, item.ID+" "+access.CodeOf(item.Err))
		case item.Changed:
			got = append(got, item.ID+" revoked")
		default:
			got = append(got, item.ID+" unchanged")
		}
	}
	if want := []string{"d1 revoked", "d9 not_found", "d3 unchanged", "d1 unchanged", "d6 revoked"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	digest := sha256.Sum256([]byte("d1\nd6\n"))
	trail := k.trail(head)
	if len(trail) != 1 || trail[0].TargetKind != "devices" || trail[0].Target != hex.EncodeToString(digest[:]) {
		t.Fatalf("audit: got %+v, want one record with the digest of both", trail)
	}
	detail := k.lastDetail(app.DeviceRevoke)
	if detail["devices_revoked"] != 2.0 || detail["reason"] != "stolen bag" || detail["login"] != nil {
		t.Errorf("audit detail: got %v", detail)
	}
	for _, id := range []string{"d1", "d6"} {
		if d := k.device(id); d.AuditSeq != trail[0].Seq || d.RevokedBy != root.ID || d.RevokedReason != "stolen bag" || !d.RevokedAt.Equal(k.now) {
			t.Errorf("%s: got %+v", id, d)
		}
	}
	if d := k.device("d3"); d.RevokedReason != "lost" || d.AuditSeq != 0 {
		t.Errorf("a device revoked before was touched: %+v", d)
	}
}

func TestRevokeOneDeviceNamesIt(t *testing.T) {
	k := fleet(t)
	head := k.head()
	if _, err := k.RevokeDevices(t.Context(), root, []string{"d9", "d1"}, ""); err != nil {
		t.Fatal(err)
	}
	if trail := k.trail(head); len(trail) != 1 || trail[0].Target != "d1" || k.lastDetail(app.DeviceRevoke)["login"] != "ann" {
		t.Errorf("audit: got %+v", trail)
	}
	if d := k.device("d1"); d.RevokedReason == "" {
		t.Error("a revocation without a reason shows none")
	}
	before := k.dump()
	if _, err := k.RevokeDevices(t.Context(), root, []string{"d9", "d1"}, ""); err != nil || k.dump() != before {
		t.Errorf("a revocation that comes to nothing: %v, or it changed the store", err)
	}
}

func TestPruneTakesWhatHasExpired(t *testing.T) {
	k := fleet(t)
	k.write(func(tx store.Tx) error {
		p := access.DefaultPolicy(access.Teacher, k.now)
		p.IdleDays = 30
		return tx.AddPolicy(context.Background(), &p)
	})
	k.putDevice("d7", "tea", func(d *access.Device) { d.LastSeenAt = k.now.Add(-30 * access.Day) })
	k.putDevice("d8", "ann", func(d *access.Device) { d.LastSeenAt = k.now.Add(-30 * access.Day) })
	rows, err := k.ExpiredDevices(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	if want := []string{"d2", "d4", "d7"}; !slices.Equal(ids, want) {
		t.Fatalf("expired: got %v, want %v", ids, want)
	}
	if rows, err := k.ExpiredDevices(t.Context(), operator(access.RoleAdmin, "B")); err != nil || len(rows) != 0 {
		t.Errorf("expired, of the other school: got %v, %v", rows, err)
	}
	if _, err := k.PruneDevices(t.Context(), root, ids); err != nil {
		t.Fatal(err)
	}
	if rows, _ := k.ExpiredDevices(t.Context(), root); len(rows) != 0 {
		t.Errorf("after pruning: got %v", rows)
	}
	if d := k.device("d7"); d.RevokedReason != "expired" {
		t.Errorf("reason: got %q", d.RevokedReason)
	}
	if got := k.lastDetail(app.DevicePrune)["devices_revoked"]; got != 3.0 {
		t.Errorf("audit: got %v devices, want 3", got)
	}
}

func TestRegistrationEvictsNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		limit   int // after three devices were registered
		label   string
		replace bool
		want    string // the refusal
		revoked string
	}{
		{"below the limit", 4, "New", false, "", ""},
		{"at the limit", 3, "New", false, "device_limit", ""},
		{"a known label", 4, "one", false, "label_taken", ""},
		{"a known label in the place of its device", 4, "ONE", true, "", "One"},
		{"the same at the limit", 3, "One", true, "", "One"},
		{"the same above a limit that was lowered", 2, "One", true, "device_limit", ""},
		{"an unknown label in the place of nothing", 3, "New", true, "device_limit", ""},
		{"the label of an expired device", 3, "Old", false, "device_limit", ""},
		{"the label of an expired device, below the limit", 4, "Old", false, "", "Old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			for _, label := range []string{"One", "Two", "Three"} {
				k.putDevice("d"+strings.ToLower(label), "lea", func(d *access.Device) { d.Label = label })
			}
			k.putDevice("dold", "lea", func(d *access.Device) { d.Label, d.ExpiresAt = "Old", k.now.Add(-time.Second) })
			k.write(func(tx store.Tx) error {
				p := access.DefaultPolicy(access.Teacher, k.now)
				p.MaxDevices = c.limit
				return tx.AddPolicy(context.Background(), &p)
			})
			id := k.start("lea", "").LoginID
			k.give(id, rightPIN, "")
			answer := k.name(id, c.label, c.replace)
			if answer.DeviceError != c.want || (answer.Device != nil) != (c.want == "") || answer.Refused != (c.want != "") {
				t.Errorf("got %+v, want error %q", answer, c.want)
			}
			var revoked []string
			for _, d := range []string{"done", "dtwo", "dthree", "dold"} {
				if d := k.device(d); d.Revoked() {
					revoked = append(revoked, d.Label)
				}
			}
			if got := strings.Join(revoked, " "); got != c.revoked {
				t.Errorf("revoked: got %q, want %q", got, c.revoked)
			}
		})
	}
}

func TestALoginRegistersOneDeviceOnceItHasPassed(t *testing.T) {
	k := teacher(t)
	id := k.start("lea", "").LoginID
	early := k.name(id, "Home", false)
	want(t, early, access.AskPIN, access.ReasonNewDevice)
	if early.DeviceError != "remember_not_here" || early.DeviceToken != "" || !early.Refused {
		t.Errorf("before the PIN: got %+v", early)
	}
	k.give(id, rightPIN, "")
	first := k.name(id, "Home", false)
	if first.Device == nil || first.DeviceToken == "" || !strings.HasPrefix(first.CookieName, "__Host-pinward_") {
		t.Fatalf("got %+v", first)
	}
	if again := k.name(id, "Phone", false); again.DeviceError != "remember_not_here" || again.DeviceToken != "" {
		t.Errorf("a second device of one login: got %+v", again)
	}
	recognized := k.start("lea", first.DeviceToken)
	if again := k.name(recognized.LoginID, "Phone", false); again.DeviceError != "remember_not_here" {
		t.Errorf("a device of a recognized login: got %+v", again)
	}
	late := k.start("lea", "").LoginID
	k.give(late, rightPIN, "")
	k.now = k.now.Add(access.LoginFor)
	want(t, k.name(late, "Phone", false), access.Deny, access.ReasonLoginExpired)
}

// TestLifetimesAreSpread: devices of one morning do not all end in one morning,
// and none lives longer than the policy's pages say.
func TestLifetimesAreSpread(t *testing.T) {
	k := teacher(t)
	days := 30
	if _, err := k.SetPolicy(t.Context(), root, access.Teacher, app.PolicyUpdate{DeviceDays: &days}); err != nil {
		t.Fatal(err)
	}
	lives := map[time.Duration]bool{}
	for n := range 10 {
		k.registered("lea", rightPIN, fmt.Sprintf("Room %d", n))
	}
	err := k.Devices(t.Context(), root, app.DeviceQuery{}, func(d store.DeviceRow) error {
		life := d.ExpiresAt.Sub(k.now)
		if life < access.Days(30) || life > access.Days(35) {
			t.Errorf("a device lives for %v, want 30 to 35 days", life)
		}
		lives[life] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(lives) < 2 { // 1 in 6^9 by chance
		t.Errorf("all devices live for %v", lives)
	}
}
