package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// TestHundredWrongPINsOnEveryPath guesses at one account through the portal API,
// another product's contract and the use case of the command line at once.
func TestHundredWrongPINsOnEveryPath(t *testing.T) {
	k := newKit(t)
	a, ctx := k.edge().App, t.Context()
	root := access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin}
	if _, err := a.AddAccount(ctx, root, app.NewAccount{Login: "lea", Name: "Sample, Lea", Profile: access.Teacher}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN("730416")}); err != nil {
		t.Fatal(err)
	}
	made, err := a.AddPortal(ctx, root, access.Portal{
		Name: "ent", Schools: []string{"A"}, Scopes: []access.Scope{access.ScopeLogin, access.ScopeCompat},
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, body string) (int, string) {
		w := k.ask("POST", path, body, "Authorization", "Bearer "+made.Key.Reveal(), "Content-Type", "application/json")
		return w.Code, w.Body.String()
	}
	var paths []string
	for range 8 {
		var begun struct {
			ID string `json:"login_id"`
		}
		_, text := ask("/v1/logins", `{"login":"lea"}`)
		if err := json.Unmarshal([]byte(text), &begun); err != nil || begun.ID == "" {
			t.Fatalf("got %s, %v", text, err)
		}
		paths = append(paths, "/v1/logins/"+begun.ID+"/pin")
	}
	guesses := []func(i int) error{
		func(int) error {
			if err := a.VerifyPIN(ctx, root, "lea", access.NewPIN("502917")); err == nil {
				return fmt.Errorf("the command line let in")
			}
			return nil
		},
		func(i int) error {
			if status, text := ask(paths[i%len(paths)], `{"pin":"502917"}`); status != http.StatusForbidden && status != http.StatusServiceUnavailable {
				return fmt.Errorf("the API: %d %s", status, text)
			}
			return nil
		},
		func(int) error {
			if status, text := ask("/compat/llng/verify", `{"user":"lea","code":"502917"}`); status == http.StatusOK && text != `{"result":false}`+"\n" {
				return fmt.Errorf("LemonLDAP::NG: %d %s", status, text)
			}
			return nil
		},
	}
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			if err := guesses[i%len(guesses)](i); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	err = k.store.View(ctx, func(tx store.Tx) error {
		lea, err := tx.AccountByLogin(ctx, "lea")
		if err != nil {
			return err
		}
		counts, err := tx.Attempts(ctx, lea.Key)
		if counts.Failed != access.LockAfter || len(counts.Wrong) != access.LockAfter || len(counts.Leases) != 0 {
			t.Errorf("got %d failed, %d wrong, %d in flight, want the limit", counts.Failed, len(counts.Wrong), len(counts.Leases))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
