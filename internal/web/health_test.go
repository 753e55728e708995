package web

import (
	"crypto/rand"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pinward/internal/secret"
)

func TestHealth(t *testing.T) {
	k := newKit(t)
	if w := k.ask("GET", "/healthz", ""); w.Code != 200 || w.Body.String() != `{"ok":true}`+"\n" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if w := k.ask("HEAD", "/healthz", ""); w.Code != 200 {
		t.Errorf("HEAD: got %d", w.Code)
	}
	if strings.Contains(k.log.String(), "healthz") {
		t.Errorf("what machines ask for all the time is logged:\n%s", k.log)
	}
}

func TestReadiness(t *testing.T) {
	k := newKit(t)
	if w := k.ask("GET", "/readyz", ""); w.Code != 200 || w.Body.String() != `{"ready":true}`+"\n" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	other, err := secret.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	k.Use(k.app(other))
	k.look.lookAt = time.Time{}
	w := k.ask("GET", "/readyz", "")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Body.String() != `{"code":"key_wrong","ready":false}`+"\n" {
		t.Errorf("another key: got %d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := k.ask("GET", "/healthz", ""); w.Code != 200 {
		t.Errorf("another key: got %d from healthz", w.Code)
	}
}

func TestReadinessOfAStoreThatIsGone(t *testing.T) {
	k := newKit(t)
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	if w := k.ask("GET", "/readyz", ""); w.Code != 503 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !strings.Contains(k.log.String(), `"msg":"not ready"`) {
		t.Errorf("the log does not say why:\n%s", k.log)
	}
}

func TestALookCountsForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l look
		n := 0
		find := func() error { n++; return nil }
		for _, step := range []struct {
			pass time.Duration
			want int
		}{{0, 1}, {999 * time.Millisecond, 1}, {time.Millisecond, 2}} {
			time.Sleep(step.pass)
			if err := l.at(time.Now, find); err != nil || n != step.want {
				t.Errorf("after %v: %v, looked %d times, want %d", step.pass, err, n, step.want)
			}
		}
	})
}
