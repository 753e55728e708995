package decide_test

import (
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
)

// presented gives a token that is recognized: the newest of a device in use.
func presented() (decide.Token, decide.Request) {
	firefox := access.Browser{Family: "Firefox", OS: "Windows"}
	d := access.Device{
		ID: "d_1", AccountKey: 7, Proof: access.ProofPIN, Browser: firefox, Generation: 5,
		FirstSeenAt: now().Add(-access.Days(30)), LastSeenAt: now().Add(-access.Day), ExpiresAt: now().Add(access.Days(335)),
	}
	return decide.Token{Sent: true, Issued: true, Device: d, Generation: 5},
		decide.Request{AccountKey: 7, Protection: access.ByPIN, Idle: access.Days(180), Browser: firefox, Now: now()}
}

type tokenCase struct {
	name   string
	change func(t *decide.Token, r *decide.Request)
	want   decide.Recognition
}

func checkTokens(t *testing.T, cases []tokenCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			token, request := presented()
			c.change(&token, &request)
			if got := decide.Recognize(token, request); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestRecognize(t *testing.T) {
	checkTokens(t, []tokenCase{
		{"the newest token of a device in use", func(*decide.Token, *decide.Request) {}, decide.Recognized},
		{"the newest token, presented long ago", func(k *decide.Token, _ *decide.Request) { k.Device.PresentedAt = now().Add(-access.Days(90)) }, decide.Recognized},
		{"no token", func(k *decide.Token, _ *decide.Request) { *k = decide.Token{} }, decide.NoToken},
		{"a secret never issued", func(k *decide.Token, _ *decide.Request) { k.Issued, k.Generation = false, 0 }, decide.UnknownToken},
		{"another account's token", func(_ *decide.Token, r *decide.Request) { r.AccountKey = 8 }, decide.OtherAccount},
		{"a revoked device", func(k *decide.Token, _ *decide.Request) { k.Device.RevokedAt = now().Add(-1) }, decide.Revoked},
		{"as its lifetime ends", func(k *decide.Token, _ *decide.Request) { k.Device.ExpiresAt = now() }, decide.Expired},
		{"just before its lifetime ends", func(k *decide.Token, _ *decide.Request) { k.Device.ExpiresAt = now().Add(1) }, decide.Recognized},
		{"unused for the idle limit", func(k *decide.Token, r *decide.Request) { k.Device.LastSeenAt = now().Add(-r.Idle) }, decide.Expired},
		{"unused for just less", func(k *decide.Token, r *decide.Request) { k.Device.LastSeenAt = now().Add(1 - r.Idle) }, decide.Recognized},
		{"another browser", func(_ *decide.Token, r *decide.Request) { r.Browser.Family = "Chrome" }, decide.BrowserChanged},
		{"another operating system", func(_ *decide.Token, r *decide.Request) { r.Browser.OS = "Linux" }, decide.BrowserChanged},
		{"proven by the password, a PIN is demanded", func(k *decide.Token, _ *decide.Request) { k.Device.Proof = access.ProofPassword }, decide.ProvenWeaker},
		{"proven by the password, a notice is demanded", func(k *decide.Token, r *decide.Request) {
			k.Device.Proof, r.Protection = access.ProofPassword, access.Notify
		}, decide.Recognized},
		{"proven by the password, nothing is chosen", func(k *decide.Token, r *decide.Request) {
			k.Device.Proof, r.Protection = access.ProofPassword, access.NotChosen
		}, decide.Recognized},
	})
}

// TestRecognizeOrder gives each token several faults: the first in the order
// counts.
func TestRecognizeOrder(t *testing.T) {
	revoked := func(k *decide.Token) { k.Device.RevokedAt = now().Add(-1) }
	replayed := func(k *decide.Token) { k.Generation = 2 }
	expired := func(k *decide.Token) { k.Device.ExpiresAt = now() }
	moved := func(k *decide.Token) { k.Device.Browser.Family = "Chrome" }
	weaker := func(k *decide.Token) { k.Device.Proof = access.ProofPassword }
	faults := []func(k *decide.Token){revoked, replayed, expired, moved, weaker}
	with := func(from int, change func(k *decide.Token, r *decide.Request)) func(k *decide.Token, r *decide.Request) {
		return func(k *decide.Token, r *decide.Request) {
			for _, fault := range faults[from:] {
				fault(k)
			}
			change(k, r)
		}
	}
	nothing := func(*decide.Token, *decide.Request) {}
	checkTokens(t, []tokenCase{
		{"not sent goes first", with(0, func(k *decide.Token, _ *decide.Request) { k.Sent = false }), decide.NoToken},
		{"then never issued: a guess at a public id revokes nothing", with(0, func(k *decide.Token, _ *decide.Request) { k.Issued = false }), decide.UnknownToken},
		{"never issued, for another account's device", with(0, func(k *decide.Token, r *decide.Request) { k.Issued, r.AccountKey = false, 8 }), decide.UnknownToken},
		{"then another account's: its device is left alone", with(0, func(_ *decide.Token, r *decide.Request) { r.AccountKey = 8 }), decide.OtherAccount},
		{"then revoked", with(0, nothing), decide.Revoked},
		{"then replayed: theft shows on an expired device too", with(1, nothing), decide.Replayed},
		{"then expired", with(2, nothing), decide.Expired},
		{"then another browser", with(3, nothing), decide.BrowserChanged},
		{"then proven weaker", with(4, nothing), decide.ProvenWeaker},
	})
}

// TestRecognizePredecessor is rule 9: an older token stays good until 60
// seconds after its successor was first presented.
func TestRecognizePredecessor(t *testing.T) {
	presentedAgo := func(generation int64, ago time.Duration) func(k *decide.Token, r *decide.Request) {
		return func(k *decide.Token, _ *decide.Request) {
			k.Generation, k.Device.PresentedAt = generation, now().Add(-ago)
		}
	}
	unpresented := func(generation int64) func(k *decide.Token, r *decide.Request) {
		return func(k *decide.Token, _ *decide.Request) { k.Generation = generation }
	}
	checkTokens(t, []tokenCase{
		{"the successor was never presented", unpresented(4), decide.Recognized},
		{"the successor was presented this instant", presentedAgo(4, 0), decide.Recognized},
		{"the successor was presented just less than a minute ago", presentedAgo(4, time.Minute-1), decide.Recognized},
		{"the successor was presented a minute ago", presentedAgo(4, time.Minute), decide.Replayed},
		{"the successor was presented long ago", presentedAgo(4, access.Days(90)), decide.Replayed},
		{"the clock went back by less than a minute", presentedAgo(4, 1-time.Minute), decide.Recognized},
		{"the clock went back by a minute: that gives no more time", presentedAgo(4, -time.Minute), decide.Replayed},
		{"the clock went back by an hour", presentedAgo(4, -time.Hour), decide.Replayed},
		{"the generation before, its successor's successor never presented", unpresented(3), decide.Replayed},
		{"the generation before, within the minute", presentedAgo(3, time.Second), decide.Replayed},
		{"the first of all", unpresented(0), decide.Replayed},
		{"a generation that was not made yet", unpresented(6), decide.Replayed},
	})
}
