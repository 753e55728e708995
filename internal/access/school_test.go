package access_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func network(t *testing.T, s string) access.Network {
	t.Helper()
	n, err := access.ParseNetwork(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestParseNetworkTakes(t *testing.T) {
	tests := []struct {
		name, typed, want string
		rule              access.Registration
		shared            bool
	}{
		{"a range", "10.20.0.0/16", "10.20.0.0/16", access.RegisterAllow, false},
		{"a shared range", "10.20.0.0/16=shared", "10.20.0.0/16=shared", access.RegisterTonight, true},
		{"a range without registration", "10.20.0.0/16=never", "10.20.0.0/16=never", access.RegisterNever, false},
		{"a range of IPv6", "2001:db8::/32", "2001:db8::/32", access.RegisterAllow, false},
		{"host bits are cleared", "10.20.3.4/16", "10.20.0.0/16", access.RegisterAllow, false},
		{"a bare address", "192.0.2.7=shared", "192.0.2.7/32=shared", access.RegisterTonight, true},
		{"a bare address of IPv6", "2001:db8::1", "2001:db8::1/128", access.RegisterAllow, false},
		{"an IPv4 range written as IPv6", "::ffff:10.20.0.0/112=never", "10.20.0.0/16=never", access.RegisterNever, false},
		{"an IPv4 address written as IPv6", "::ffff:192.0.2.7", "192.0.2.7/32", access.RegisterAllow, false},
		{"everything", "0.0.0.0/0=never", "0.0.0.0/0=never", access.RegisterNever, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := network(t, tt.typed)
			if got.String() != tt.want || got.Registration != tt.rule || got.Shared() != tt.shared {
				t.Errorf("got %s, %s, shared %v, want %s, %s, %v", got, got.Registration, got.Shared(), tt.want, tt.rule, tt.shared)
			}
			if again := network(t, got.String()); again != got {
				t.Errorf("read back: got %v, want %v", again, got)
			}
		})
	}
}

func TestParseNetworkRefuses(t *testing.T) {
	for name, typed := range map[string]string{
		"empty":               "",
		"no address":          "room",
		"a mark alone":        "=shared",
		"an unknown mark":     "10.0.0.0/8=tonight",
		"an empty mark":       "10.0.0.0/8=",
		"two marks":           "10.0.0.0/8=shared=never",
		"too many bits":       "10.0.0.0/33",
		"negative bits":       "10.0.0.0/-1",
		"a leading zero":      "010.0.0.0/8",
		"a zone":              "fe80::1%eth0",
		"a range with a zone": "fe80::%eth0/10",
		"a space":             "10.0.0.0/8 ",
		"a name":              "example.org",
		"NUL":                 "10.0.0.0/8\x00",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := access.ParseNetwork(typed)
			if err == nil {
				t.Fatalf("got %s, want an error", got)
			}
			wantKind(t, err, access.ErrUsage, "")
			if strings.ContainsRune(err.Error(), 0) {
				t.Errorf("error %q holds a control character", err)
			}
		})
	}
}

func TestRegistrationAt(t *testing.T) {
	s := access.School{Networks: []access.Network{
		network(t, "10.0.0.0/8=never"),
		network(t, "10.20.0.0/16=shared"),
		network(t, "10.20.30.0/24"),
		network(t, "192.0.2.7=never"),
		network(t, "2001:db8::/32=shared"),
		network(t, "fe80::/10=never"),
	}}
	tests := []struct {
		name, addr string
		want       access.Registration
	}{
		{"outside all", "198.51.100.1", access.RegisterAllow},
		{"in the widest", "10.1.1.1", access.RegisterNever},
		{"the narrower wins, more lenient", "10.20.1.1", access.RegisterTonight},
		{"the narrowest wins, most lenient", "10.20.30.40", access.RegisterAllow},
		{"a single address", "192.0.2.7", access.RegisterNever},
		{"beside a single address", "192.0.2.8", access.RegisterAllow},
		{"IPv6", "2001:db8::9", access.RegisterTonight},
		{"IPv4 written as IPv6", "::ffff:10.1.1.1", access.RegisterNever},
		{"an address with a zone", "fe80::1%eth0", access.RegisterNever},
		{"no address", "", access.RegisterAllow},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr, _ := netip.ParseAddr(tt.addr)
			if got := s.RegistrationAt(addr); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			backwards := access.School{Networks: slices.Clone(s.Networks)}
			slices.Reverse(backwards.Networks)
			if got := backwards.RegistrationAt(addr); got != tt.want {
				t.Errorf("listed backwards: got %s, want %s", got, tt.want)
			}
		})
	}
	everywhere := access.School{Networks: []access.Network{network(t, "0.0.0.0/0=never")}}
	if got := everywhere.RegistrationAt(netip.MustParseAddr("198.51.100.1")); got != access.RegisterNever {
		t.Errorf("a rule for every address: got %s, want never", got)
	}
	if got := (access.School{}).RegistrationAt(netip.MustParseAddr("10.0.0.1")); got != access.RegisterAllow {
		t.Errorf("a school without networks: got %s, want allow", got)
	}
}

func TestCheckSchoolCode(t *testing.T) {
	tests := []struct {
		name, code string
		ok         bool
	}{
		{"a UAI", "0750001A", true},
		{"every sign that is allowed", "a.b_c-D9", true},
		{"the longest", strings.Repeat("a", access.MaxSchoolCode), true},
		{"empty", "", false},
		{"one too long", strings.Repeat("a", access.MaxSchoolCode+1), false},
		{"a dash first, like a flag", "-a", false},
		{"a dot first", ".a", false},
		{"an underscore first", "_a", false},
		{"a space", "a b", false},
		{"an equals sign, which init splits at", "a=b", false},
		{"a slash", "a/b", false},
		{"a line break", "a\n", false},
		{"é", "\u00e9cole", false},
		{"Cyrillic a", "\u0430", false},
		{"Arabic digits", "\u0661", false},
		{"broken UTF-8", "a\xff", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := access.CheckSchoolCode(tt.code)
			if tt.ok != (err == nil) {
				t.Fatalf("got error %v, want none: %v", err, tt.ok)
			}
			if err != nil {
				wantKind(t, err, access.ErrRefused, "")
			}
		})
	}
}

func TestCheckLangAndTimeZone(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		if err := access.CheckLang(lang); err != nil {
			t.Errorf("language %s: got %v", lang, err)
		}
	}
	for _, lang := range []string{"", "FR", "de", "fr-FR"} {
		if err := access.CheckLang(lang); err == nil {
			t.Errorf("language %q: got no error", lang)
		}
	}
	for _, name := range []string{"Europe/Paris", "UTC", "Indian/Reunion"} {
		if err := access.CheckTimeZone(name); err != nil {
			t.Errorf("time zone %s: got %v", name, err)
		}
	}
	for _, name := range []string{"", "Local", "Europe/Paname", "../../etc/passwd", "/etc/passwd"} {
		if err := access.CheckTimeZone(name); err == nil {
			t.Errorf("time zone %q: got no error", name)
		}
	}
}

func TestSchoolLocation(t *testing.T) {
	if got := (access.School{TimeZone: "Europe/Paris"}).Location().String(); got != "Europe/Paris" {
		t.Errorf("got %s, want Europe/Paris", got)
	}
	if got := (access.School{TimeZone: "Europe/Paname"}).Location(); got != time.UTC {
		t.Errorf("an unknown zone: got %s, want UTC", got)
	}
}
