//go:build e2e

package e2e_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// radiusd is the least that a FreeRADIUS server needs around the shipped module.
const radiusd = `
raddbdir = DIR
logdir = DIR
run_dir = DIR
pidfile = DIR/radiusd.pid
libdir = /usr/lib/freeradius
max_request_time = 30
thread pool {
	start_servers = 1
	max_servers = 4
	min_spare_servers = 1
	max_spare_servers = 2
}
modules {
	expr {
	}
	$INCLUDE DIR/pinward
}
client here {
	ipaddr = 127.0.0.1
	secret = sample
}
server default {
	listen {
		type = auth
		ipaddr = 127.0.0.1
		port = PORT
	}
	authorize {
		update control {
			&Auth-Type := pinward
			&REST-HTTP-Header := "X-API-Key: KEY"
		}
	}
	authenticate {
		Auth-Type pinward {
			pinward
		}
	}
}
`

// TestFreeRADIUS: its rlm_rest asks pinward by the shipped module.
func TestFreeRADIUS(t *testing.T) {
	s := newSite(t)
	for _, login := range []string{"dwho", "locked"} {
		s.run("", "account", "add", login, "--name", "Sample, "+login, "--profile", "teacher")
		s.run(llngPIN+"\n", "pin", "set", login, "--pin-stdin")
	}
	s.run("", "account", "add", "rtyler", "--name", "Sample, Rose", "--profile", "student")
	v := s.serve()
	key := s.portal("radius", "--scope", "radius")
	dir, listens := t.TempDir(), freeAddress(t)
	_, port, _ := strings.Cut(listens, ":")
	write(t, filepath.Join(dir, "radiusd.conf"), strings.NewReplacer("DIR", dir, "PORT", port, "KEY", key).Replace(radiusd))
	write(t, filepath.Join(dir, "pinward"), strings.ReplaceAll(read(t, "../contrib/freeradius/pinward"), "127.0.0.1:8420", v.address))
	log := filepath.Join(dir, "radiusd.log")
	program(t, log, nil, "freeradius", "-f", "-l", "stdout", "-x", "-d", dir)
	until(t, "FreeRADIUS", func() bool { return strings.Contains(read(t, log), "Ready to process requests") })

	try := func(user, pass string) string {
		c := exec.CommandContext(t.Context(), "radclient", "-x", "-r", "1", "-t", "15", listens, "auth", "sample")
		c.Stdin = strings.NewReader(`User-Name="` + user + `",User-Password="` + pass + `"` + "\n")
		out, _ := c.CombinedOutput() // a reject fails
		for _, answer := range []string{"Access-Accept", "Access-Reject"} {
			if strings.Contains(string(out), "Received "+answer) {
				return answer
			}
		}
		return string(out)
	}
	for _, c := range []struct{ name, user, pass, want string }{
		{"the right PIN", "dwho", llngPIN, "Access-Accept"},
		{"a wrong PIN", "dwho", "502917", "Access-Reject"},
		{"another field in the password", "dwho", "1&pass=" + llngPIN, "Access-Reject"},
		{"what is no PIN", "dwho", "dwho", "Access-Reject"},
		{"an unknown account", "nobody", llngPIN, "Access-Reject"},
		{"an account without a PIN", "rtyler", llngPIN, "Access-Reject"},
	} {
		if got := try(c.user, c.pass); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	for range 5 {
		try("locked", "502917")
	}
	if got := try("locked", llngPIN); got != "Access-Reject" {
		t.Errorf("the right PIN after five wrong ones: got %s", got)
	}
	v.stop()
	if got := try("dwho", llngPIN); got != "Access-Reject" {
		t.Errorf("pinward down: got %s", got)
	}
}
