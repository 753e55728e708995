package torture_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A way is one of those by which a PIN can be guessed. What it comes to is told
// as by a command: exit 0, a refusal, or that nothing was judged.
type way struct {
	name  string
	guess func(pin string) result
}

// exit tells a service's answer as a command's exit: let in by a status of
// success and yes in the body, refused by one of refusal.
func (r reply) exit(yes string, refusal int) result {
	told := result{code: 1, out: fmt.Sprintf("%d %s", r.status, r.body)}
	switch success := r.status == http.StatusOK || r.status == http.StatusNoContent; {
	case success && strings.Contains(r.body, yes):
		told.code = 0
	case r.status == refusal:
		told.code = 5
	case r.status == http.StatusServiceUnavailable:
		told.code = 9
	}
	return told
}

// waysIn gives every way, with n logins open in each service and as many by the
// command line.
func (s *site) waysIn(login string, services []*service, n int) []way {
	s.t.Helper()
	ways := []way{{"pin verify", func(pin string) result { return s.verify(login, pin) }}}
	for _, id := range s.openLogins(n) {
		ways = append(ways, way{"login pin", func(pin string) result { return s.guess(id, pin) }})
	}
	for _, v := range services {
		for range n {
			path := v.start(login) + "/pin"
			ways = append(ways, way{"the portal API", func(pin string) result {
				return v.ask("POST", path, jsonType, fmt.Sprintf(`{"pin":%q}`, pin)).exit(`"decision":"allow"`, http.StatusForbidden)
			}})
		}
		form := func(path, pin string) reply {
			return v.ask("POST", "/compat/privacyidea/validate/"+path, formType, "user="+login+"&pass="+pin)
		}
		ways = append(ways,
			way{"LemonLDAP::NG", func(pin string) result {
				body := fmt.Sprintf(`{"user":%q,"code":%q}`, login, pin)
				return v.ask("POST", "/compat/llng/verify", jsonType, body).exit(`{"result":true}`, http.StatusOK)
			}},
			way{"privacyIDEA", func(pin string) result { return form("check", pin).exit(`"ACCEPT"`, http.StatusOK) }},
			way{"RADIUS", func(pin string) result { return form("radiuscheck", pin).exit("", http.StatusBadRequest) }})
	}
	return ways
}

// TestGuessesOnEveryWay: a hundred wrong PINs at once by commands, by two
// services' portal API and by the contracts of other products are judged up to
// the lock, as if they had come by one. Each of the ways lets the right PIN in.
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
	for _, w := range s.waysIn("lea", services, 1) {
		if r := w.guess(rightPIN); r.code != 0 {
			t.Fatalf("%s: the right PIN: got %s", w.name, r)
		}
	}
	for round := range size.rounds {
		s.setPIN("lea", []string{otherPIN, rightPIN}[round%2]) // ends what stood before
		ways := s.waysIn("lea", services, 3)
		allRefused(t, together(size.guesses, func(i int) result {
			return insisting(size.guesses, func() result { return ways[i%len(ways)].guess(wrongPIN) })
		}))
		if got := s.attempts(); got != "5 failed, 5 wrong, 0 in flight, locked" {
			t.Fatalf("round %d: got %s, want 5 judged and the lock", round, got)
		}
	}
	figure(t, "%d times %d wrong PINs at once by %d ways in: 5 judged, then none", size.rounds, size.guesses, len(services)*4+2)
	s.sound()
}
