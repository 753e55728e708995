package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// spend ends a login of lea by three wrong PINs.
func (k *kit) spend() {
	k.t.Helper()
	id := k.start("lea", "").LoginID
	for range access.LoginTries {
		k.give(id, wrongPIN, "")
	}
}

func TestAlertsOfOneIncident(t *testing.T) {
	k := teacher(t)
	k.add("tom", access.Teacher)
	k.pin("tom", wrongPIN)
	stolen := k.registered("lea", rightPIN, "Home")
	k.start("lea", k.start("lea", stolen).DeviceToken)
	from := len(k.allAlerts("lea"))
	wait := func(d time.Duration) { k.now = k.now.Add(d) }

	k.spend() // pin_wrong
	wait(time.Minute)
	k.start("lea", stolen) // device_replayed, and a login that is left
	wait(access.LoginFor)
	k.spend() // login_abandoned; the fifth wrong PIN, so pin_locked
	wait(59 * time.Minute)
	k.start("lea", "")
	wait(access.LoginFor)
	k.spend() // login_abandoned of an hour and nine minutes later: a new incident
	wait(access.IncidentGapOfTest())
	k.start("lea", "")

	alerts := k.allAlerts("lea")[from:]
	var got []string
	names := map[string]string{}
	for _, a := range alerts {
		if names[a.IncidentID] == "" {
			names[a.IncidentID] = string(rune('A' + len(names)))
		}
		got = append(got, fmt.Sprintf("%s %s %s", names[a.IncidentID], a.Kind, a.Severity))
	}
	want := []string{
		"A pin_wrong warn", "A device_replayed critical", "A login_abandoned warn", "A pin_locked high",
		"B login_abandoned warn", "B pin_wrong warn",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
