package decide_test

import (
	"reflect"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
)

func TestHostedOutcomes(t *testing.T) {
	at := now().Add(time.Minute)
	page := func(r access.Reason) decide.Outcome { return decide.Outcome{Decision: access.ToPage, Reason: r} }
	ask := askPIN(access.ReasonNewDevice, 3)
	owed := setUp(access.ReasonProtectionImposed, pinOnly())
	for _, c := range []struct {
		name      string
		got, want decide.Outcome
	}{
		{"what passes waits", mayChoose(access.ReasonNoProtection, anything()), page(access.ReasonNoProtection)},
		{"a notice waits", allow(access.ReasonNotifyOnly), page(access.ReasonNotifyOnly)},
		{"a lock waits", decide.Outcome{Decision: access.Deny, Reason: access.ReasonPINLocked, RetryAt: at, MayReset: true}, page(access.ReasonPINLocked)},
		{"a block waits", deny(access.ReasonPINBlocked), page(access.ReasonPINBlocked)},
		{"a PIN is asked", ask, ask},
		{"a set-up is owed", owed, owed},
		{"nobody", deny(access.ReasonAccountUnknown), deny(access.ReasonAccountUnknown)},
		{"suspended", deny(access.ReasonAccountSuspended), deny(access.ReasonAccountSuspended)},
	} {
		if got := decide.Hosted(c.got); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}
