package torture_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A way is one of those by which a PIN can be guessed.
type way struct {
	name  string
	guess func() (outcome, string)
}

// An outcome of a guess: it was refused, or it let in, or nothing was judged and
// whoever asks is to come again.
type outcome int

const (
	refused outcome = iota
	letIn
	again
	strange
)

// byCommand reads what a command came to.
func byCommand(r result) (outcome, string) {
	switch r.code {
	case 0:
		return letIn, r.String()
	case 5:
		return refused, r.String()
	case 9:
		return again, r.String()
	}
	return strange, r.String()
}

// byService reads what a service answered: no is in the body of a refusal.
func byService(r reply, status int, no string) (outcome, string) {
	text := fmt.Sprintf("%d %s", r.status, cut(r.body))
	switch {
	case r.status == http.StatusServiceUnavailable:
		return again, text
	case r.status == status && strings.Contains(r.body, no):
		return refused, text
	case r.status == http.StatusOK:
		return letIn, text
	}
	return strange, text
}

// waysIn gives every way, with n logins open in two services and as many by the
// command line.
func (s *site) waysIn(login, pin string, services []*service, n int) []way {
	s.t.Helper()
	ways := []way{{"pin verify", func() (outcome, string) { return byCommand(s.verify(login, pin)) }}}
	for _, id := range s.openLogins(n) {
		ways = append(ways, way{"login pin", func() (outcome, string) { return byCommand(s.guess(id, pin)) }})
	}
	const form = "application/x-www-form-urlencoded"
	for _, v := range services {
		for range n {
			path := v.start(login) + "/pin"
			ways = append(ways, way{"the portal API", func() (outcome, string) {
				return byService(v.ask("POST", path, "application/json", fmt.Sprintf(`{"pin":%q}`, pin)), http.StatusForbidden, `"code":`)
			}})
		}
		ways = append(ways,
			way{"LemonLDAP::NG", func() (outcome, string) {
				body := fmt.Sprintf(`{"user":%q,"code":%q}`, login, pin)
				return byService(v.ask("POST", "/compat/llng/verify", "application/json", body), http.StatusOK, `{"result":false}`)
			}},
			way{"privacyIDEA", func() (outcome, string) {
				return byService(v.ask("POST", "/compat/privacyidea/validate/check", form, "user="+login+"&pass="+pin), http.StatusOK, `"authentication":"REJECT"`)
			}},
			way{"RADIUS", func() (outcome, string) {
				return byService(v.ask("POST", "/compat/privacyidea/validate/radiuscheck", form, "user="+login+"&pass="+pin), http.StatusBadRequest, "")
			}})
	}
	return ways
}

// TestGuessesOnEveryWay: a hundred wrong PINs at once by commands, by two
// services' portal API and by the contracts of other products are judged up to
// the lock, as if they had come by one.
func TestGuessesOnEveryWay(t *testing.T) {
	size := howMuch(t)
	s := newSite(t)
	s.teacher("lea")
	made := s.must("", "portal", "add", "ent", "--school", "A", "--scope", "login", "--scope", "compat", "--scope", "radius", "-o", "json")
	var portal struct{ Key string }
	if err := json.Unmarshal([]byte(made.out), &portal); err != nil {
		t.Fatal(err)
	}
	services := []*service{s.serve("one", portal.Key), s.serve("two", portal.Key)}
	for round := range size.rounds {
		s.setPIN("lea", []string{otherPIN, rightPIN}[round%2]) // ends what stood before
		ways := s.waysIn("lea", wrongPIN, services, 3)
		together(size.guesses, func(i int) result {
			w := ways[i%len(ways)]
			came, text := w.guess()
			for tries := 0; came == again && tries < size.guesses; tries++ {
				came, text = w.guess()
			}
			if came != refused {
				t.Errorf("round %d, %s: want a refusal, got %s", round, w.name, text)
			}
			return result{}
		})
		if got := s.attempts(); got != "5 failed, 5 wrong, 0 in flight, locked" {
			t.Fatalf("round %d: got %s, want 5 judged and the lock", round, got)
		}
	}
	figure(t, "%d times %d wrong PINs at once by %d ways in: 5 judged, then none", size.rounds, size.guesses, len(services)*3+2)
	s.sound()
}
