package api

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"pinward/internal/access"
)

func TestRepeatedRequestsTakeEffectOnce(t *testing.T) {
	k := newKit(t)
	other := k.another()
	first := k.ask("POST", "/v1/logins", object("login", "lea"), named("one")).want(t, 201)
	again := k.askAt(other, "POST", "/v1/logins", object("login", "lea"), named("one")).want(t, 201)
	if first.text != again.text {
		t.Errorf("got %s, then %s", first.text, again.text)
	}
	unquoted := k.ask("POST", "/v1/logins", object("login", "lea"), with("Idempotency-Key", "one"))
	if unquoted.text != first.text {
		t.Errorf("without quotes: got %s", unquoted.text)
	}
	if mine := k.ask("POST", "/v1/logins", object("login", "lea"), named("one"), as(k.llng)).want(t, 201); mine.text == first.text {
		t.Error("another portal got the answer")
	}
	k.ask("POST", "/v1/logins", object("login", "ned"), named("one")).want(t, 422, "code", "idempotency_key_reused")
	login := loginPath(first.str("login_id"))
	k.ask("POST", login+"/pin", object("pin", wrongPIN), named("one")).want(t, 422, "code", "idempotency_key_reused")

	wrong := k.ask("POST", login+"/pin", object("pin", wrongPIN), named("two")).want(t, 403, "code", "pin_wrong")
	for range 5 {
		if a := k.askAt(other, "POST", login+"/pin", object("pin", wrongPIN), named("two")).want(t, 403); a.text != wrong.text {
			t.Errorf("got %s, want %s", a.text, wrong.text)
		}
	}
	k.wantWrong(1)
	body := `{"pin":"` + rightPIN + `","remember":{"name":"Room 201"}}`
	right := k.ask("POST", login+"/pin", body, named("three")).want(t, 200)
	if a := k.ask("POST", login+"/pin", body, named("three")); a.text != right.text || a.str("device_token") == "" {
		t.Errorf("got %s, want %s", a.text, right.text)
	}
	k.later(access.KeepAnswerFor)
	if a := k.ask("POST", "/v1/logins", object("login", "ned"), named("one")).want(t, 201); a.text == first.text {
		t.Error("the answer was kept for too long")
	}
}

func TestRepeatedRequestsAtOnce(t *testing.T) {
	k := newKit(t)
	servers := []string{k.url, k.another()}
	login := k.start("lea")
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			a := k.askAt(servers[i%2], "POST", login+"/pin", object("pin", wrongPIN), named("one"))
			mu.Lock()
			defer mu.Unlock()
			statuses[a.status]++
			if a.status == http.StatusConflict && (a.str("code") != "idempotency_in_progress" || a.got.Get("Retry-After") != "1") {
				t.Errorf("got %s, Retry-After %q", a.text, a.got.Get("Retry-After"))
			}
		})
	}
	all.Wait()
	if statuses[403]+statuses[409] != 30 || statuses[403] == 0 {
		t.Errorf("got %v", statuses)
	}
	k.wantWrong(1)
}

// TestWhatIsNotKept repeats requests that came to nothing: each is answered anew.
func TestWhatIsNotKept(t *testing.T) {
	k := newKit(t)
	k.ask("POST", "/v1/logins", object("login", "lea"), named("one"), as("pgk_no")).want(t, 401)
	k.ask("POST", "/v1/logins", object("login", "lea"), named("one"), as(k.desk)).want(t, 403, "code", "portal_scope")
	k.ask("POST", "/v1/logins", `{"login":`, named("one")).want(t, 400)
	k.ask("POST", "/v1/logins", object("login", "lea", "return_url", "https://other.example/"), named("one")).
		want(t, 422, "code", "return_url_not_allowed")
	login := loginPath(k.ask("POST", "/v1/logins", object("login", "lea"), named("one")).want(t, 201).str("login_id"))
	free := k.busy()
	k.ask("POST", login+"/pin", object("pin", wrongPIN), named("two")).want(t, 503, "code", "hashing_busy")
	free()
	k.ask("POST", login+"/pin", object("pin", wrongPIN), named("two")).want(t, 403, "code", "pin_wrong")
	k.wantWrong(1)
}

// busy takes every place at which PINs are hashed, until free is called.
func (k *kit) busy() (free func()) {
	k.t.Helper()
	var all []func()
	for range 4 { // two a core
		release, err := k.api.edge.Hash(k.t.Context())
		if err != nil {
			k.t.Fatal(err)
		}
		all = append(all, release)
	}
	return func() {
		for _, release := range all {
			release()
		}
	}
}

func TestRepeatKey(t *testing.T) {
	long := string(make([]byte, 0))
	for range access.MaxRepeatKey {
		long += "a"
	}
	for _, c := range []struct {
		lines []string
		want  string // "" for none, "!" for a refusal
	}{
		{nil, ""},
		{[]string{`"8e03978e-40d5-43dd-bc93-6894a57f9324"`}, "8e03978e-40d5-43dd-bc93-6894a57f9324"},
		{[]string{`8e03978e`}, "8e03978e"},
		{[]string{` "a b" `}, "a b"},
		{[]string{long}, long},
		{[]string{long + "a"}, "!"},
		{[]string{`""`}, "!"},
		{[]string{``}, "!"},
		{[]string{`"a`}, "!"},
		{[]string{`"`}, "!"},
		{[]string{`"a", "b"`}, "!"},
		{[]string{`"a";p=1`}, "!"},
		{[]string{`"a"`, `"a"`}, "!"},
		{[]string{"clé"}, "!"},
		{[]string{"a\\b"}, "!"},
	} {
		got, err := repeatKey(http.Header{"Idempotency-Key": c.lines})
		if err != nil {
			got = "!"
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.lines, got, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	l, now := newLimits(), time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	take := func(portal string, often bool, n int) (refused int) {
		for range n {
			if l.wait(portal, often, now) > 0 {
				refused++
			}
		}
		return refused
	}
	if n := take("portal:ent", false, requestsAtOnce+10); n != 10 {
		t.Errorf("got %d refused, want 10", n)
	}
	if n := take("portal:llng", false, 10) + take("portal:ent", true, recognitionsPerSecond); n != 0 {
		t.Errorf("got %d refused of another portal and of recognitions, want none", n)
	}
	if n := l.wait("portal:ent", true, now); n != 1 {
		t.Errorf("got %d seconds to wait, want 1", n)
	}
	now = now.Add(time.Second)
	if n := take("portal:ent", false, requestsPerSecond+10); n != 10 {
		t.Errorf("a second later: got %d refused, want 10", n)
	}
}
