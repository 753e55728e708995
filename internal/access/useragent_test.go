package access_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pinward/internal/access"
)

const (
	webkit  = " AppleWebKit/537.36 (KHTML, like Gecko) "
	appleOS = " AppleWebKit/605.1.15 (KHTML, like Gecko) "
	iPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X)" + appleOS
	iPad    = "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X)" + appleOS
	mac     = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
	windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
	android = "Mozilla/5.0 (Linux; Android 10; K)" + webkit
)

func TestParseBrowser(t *testing.T) {
	tests := []struct{ name, agent, want, kind string }{
		{"Firefox on Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:136.0) Gecko/20100101 Firefox/136.0", "Firefox on Windows", "computer"},
		{"Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux", "computer"},
		{"Firefox on macOS", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:136.0) Gecko/20100101 Firefox/136.0", "Firefox on macOS", "computer"},
		{"Firefox on an Android phone", "Mozilla/5.0 (Android 14; Mobile; rv:136.0) Gecko/136.0 Firefox/136.0", "Firefox on Android", "phone"},
		{"Firefox on an Android tablet", "Mozilla/5.0 (Android 14; Tablet; rv:136.0) Gecko/136.0 Firefox/136.0", "Firefox on Android", "tablet"},
		{"Firefox on an iPhone", iPhone + "FxiOS/136.0 Mobile/15E148 Safari/605.1.15", "Firefox on iOS", "phone"},
		{"Chrome on Windows", windows + webkit + "Chrome/134.0.0.0 Safari/537.36", "Chrome on Windows", "computer"},
		{"Chrome on macOS", mac + webkit + "Chrome/134.0.0.0 Safari/537.36", "Chrome on macOS", "computer"},
		{"Chrome on an Android phone", android + "Chrome/134.0.0.0 Mobile Safari/537.36", "Chrome on Android", "phone"},
		{"Chrome on an Android tablet", android + "Chrome/134.0.0.0 Safari/537.36", "Chrome on Android", "tablet"},
		{"Chrome on a Chromebook", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)" + webkit + "Chrome/134.0.0.0 Safari/537.36", "Chrome on ChromeOS", "computer"},
		{"Chrome on an iPhone", iPhone + "CriOS/134.0.6998.33 Mobile/15E148 Safari/604.1", "Chrome on iOS", "phone"},
		{"Chrome on an iPad", iPad + "CriOS/134.0.6998.33 Mobile/15E148 Safari/604.1", "Chrome on iOS", "tablet"},
		{"Edge on Windows", windows + webkit + "Chrome/134.0.0.0 Safari/537.36 Edg/134.0.0.0", "Edge on Windows", "computer"},
		{"Edge on Android", android + "Chrome/134.0.0.0 Mobile Safari/537.36 EdgA/134.0.0.0", "Edge on Android", "phone"},
		{"Edge on an iPhone", iPhone + "Version/18.0 EdgiOS/134.0.3124.62 Mobile/15E148 Safari/605.1.15", "Edge on iOS", "phone"},
		{"Edge of old", windows + webkit + "Chrome/70.0.3538.102 Safari/537.36 Edge/18.19042", "Edge on Windows", "computer"},
		{"Opera", windows + webkit + "Chrome/134.0.0.0 Safari/537.36 OPR/118.0.0.0", "Opera on Windows", "computer"},
		{"Samsung Internet on a phone", android + "SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android", "phone"},
		{"Safari on macOS", mac + appleOS + "Version/18.3 Safari/605.1.15", "Safari on macOS", "computer"},
		{"Safari on an iPhone", iPhone + "Version/18.3 Mobile/15E148 Safari/604.1", "Safari on iOS", "phone"},
		{"Safari on an iPad that says so", iPad + "Version/17.7 Mobile/15E148 Safari/604.1", "Safari on iOS", "tablet"},
		{"Safari on an iPad that passes for a Mac", mac + appleOS + "Version/18.3 Safari/605.1.15", "Safari on macOS", "computer"},
		{"an app on an iPhone", "SchoolApp/3.2 (iPhone; iOS 18.3; Scale/3.00)", "SchoolApp on iOS", "phone"},
		{"an app on Android", "SchoolApp/3.2 (Linux; Android 14) Mobile", "SchoolApp on Android", "phone"},
		{"a program", "curl/8.9.1", "curl on unknown", "other"},
		{"nothing", "", "unknown on unknown", "other"},
		{"a word", "hello", "unknown on unknown", "other"},
		{"a slash alone", "/", "unknown on unknown", "other"},
		{"a product name too long", strings.Repeat("x", 31) + "/1", "unknown on unknown", "other"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := access.ParseBrowser(tt.agent)
			if b.String() != tt.want {
				t.Errorf("got %s, want %s", b, tt.want)
			}
			if got := b.Kind(tt.agent); got != tt.kind {
				t.Errorf("got kind %s, want %s", got, tt.kind)
			}
			if login := (access.Login{UserAgent: tt.agent}); login.Browser() != b {
				t.Errorf("in a login: got %s, want %s", login.Browser(), b)
			}
		})
	}
}

func TestSameFamily(t *testing.T) {
	old := access.ParseBrowser(windows + webkit + "Chrome/100.0.0.0 Safari/537.36")
	tests := []struct {
		name, agent string
		want        bool
	}{
		{"a newer version", windows + webkit + "Chrome/134.0.0.0 Safari/537.36", true},
		{"another browser", windows + webkit + "Chrome/134.0.0.0 Safari/537.36 Edg/134.0.0.0", false},
		{"another operating system", mac + webkit + "Chrome/134.0.0.0 Safari/537.36", false},
		{"no user agent", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := old.SameFamily(access.ParseBrowser(tt.agent)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCutUserAgent(t *testing.T) {
	const most = access.MaxUserAgent
	tests := []struct{ name, agent, want string }{
		{"empty", "", ""},
		{"short", "curl/8.9.1", "curl/8.9.1"},
		{"as long as may be", strings.Repeat("x", most), strings.Repeat("x", most)},
		{"one byte too long", strings.Repeat("x", most+1), strings.Repeat("x", most)},
		{"a mebibyte", mebibyte("x"), strings.Repeat("x", most)},
		{"two bytes across the border", strings.Repeat("x", most-1) + "é", strings.Repeat("x", most-1)},
		{"two bytes up to the border", strings.Repeat("x", most-2) + "éx", strings.Repeat("x", most-2) + "é"},
		{"four bytes, three within", strings.Repeat("x", most-3) + "😀", strings.Repeat("x", most-3)},
		{"four bytes, one within", strings.Repeat("x", most-1) + "😀", strings.Repeat("x", most-1)},
		{"broken UTF-8", "a\xffb", "a\ufffdb"},
		{"broken UTF-8 that grows past the border", strings.Repeat("x", most-1) + "\xff", strings.Repeat("x", most-1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := access.CutUserAgent(tt.agent)
			if got != tt.want {
				t.Errorf("got %d bytes ending %q, want %d ending %q", len(got), tail(got), len(tt.want), tail(tt.want))
			}
			if !utf8.ValidString(got) || len(got) > most {
				t.Errorf("got %d bytes, valid %v", len(got), utf8.ValidString(got))
			}
			if again := access.CutUserAgent(got); again != got {
				t.Error("cutting twice cuts more")
			}
		})
	}
}

func tail(s string) string { return s[max(0, len(s)-8):] }
