package detect_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
)

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	chrome  = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)

// at gives a login that passed so long ago.
func at(ago time.Duration, userAgent, ip string) access.Login {
	return access.Login{
		State: access.LoginPassed, Reason: access.ReasonNewDevice, UserAgent: userAgent, IP: netip.MustParseAddr(ip),
		StartedAt: now().Add(-ago), EndedAt: now().Add(-ago),
	}
}

func visits(logins ...access.Login) []detect.Visit {
	var all []detect.Visit
	for _, l := range logins {
		all = append(all, detect.VisitOf(l))
	}
	return all
}

func TestArrived(t *testing.T) {
	const day = 24 * time.Hour
	here := at(0, firefox, "192.0.2.7")
	notify := func(l access.Login) access.Login { l.Reason = access.ReasonNotifyOnly; return l }
	recognized := func(l access.Login) access.Login { l.Recognized = true; return l }
	elsewhere := func(n int, ago time.Duration) access.Login { return at(ago, firefox, fmt.Sprintf("198.51.%d.1", n)) }
	several := func(n int, ago time.Duration) (all []access.Login) {
		for i := range n {
			all = append(all, elsewhere(i, ago))
		}
		return all
	}
	limits := detect.Thresholds{NewDevices: 3, ResetHours: 24, SilenceDays: 90}
	const info, warn = access.Info, access.Warn
	tests := []struct {
		name    string
		login   access.Login
		arrival detect.Arrival
		off     bool
		want    []detect.Finding
	}{
		{"the first login", here, detect.Arrival{}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{"a place known", here, detect.Arrival{Visits: visits(at(day, firefox, "192.0.2.99"))}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{"notify, a new place", notify(here), detect.Arrival{Visits: visits(at(day, chrome, "192.0.2.7"))}, false, []detect.Finding{{access.AlertNotifyOnlyLogin, warn, 0}}},
		{"notify, a place known", notify(here), detect.Arrival{Visits: visits(at(day, firefox, "192.0.2.9"))}, false, []detect.Finding{{access.AlertNotifyOnlyLogin, info, 0}}},
		{"notify, a place known by a recognized device", notify(here), detect.Arrival{Visits: visits(recognized(at(day, firefox, "192.0.2.9")))}, false, []detect.Finding{{access.AlertNotifyOnlyLogin, info, 0}}},
		{"notify, a place known only later", notify(here), detect.Arrival{Visits: visits(at(-time.Hour, firefox, "192.0.2.9"))}, false, []detect.Finding{{access.AlertNotifyOnlyLogin, warn, 0}}},
		{"the second new place of a day", here, detect.Arrival{Visits: visits(several(1, time.Hour)...)}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{
			"the third new place of a day", here,
			detect.Arrival{Visits: visits(several(2, time.Hour)...)},
			false,
			[]detect.Finding{{access.AlertNewDevice, info, 0}, {access.AlertManyNewDevices, warn, 3}},
		},
		{"the third, its rule off", here, detect.Arrival{Visits: visits(several(2, time.Hour)...)}, true, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{"the same place again and again", here, detect.Arrival{Visits: visits(here, here, here, here)}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{
			"places known from days before", here,
			detect.Arrival{Visits: visits(append(several(4, time.Hour), several(4, 3*day)...)...)},
			false,
			[]detect.Finding{{access.AlertNewDevice, info, 0}},
		},
		{"new places of yesterday", here, detect.Arrival{Visits: visits(several(4, day)...)}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{
			"a reset an hour ago", here,
			detect.Arrival{ResetAt: now().Add(-time.Hour)},
			false,
			[]detect.Finding{{access.AlertNewDevice, info, 0}, {access.AlertNewAfterReset, warn, 0}},
		},
		{"a reset, at the school", here, detect.Arrival{ResetAt: now().Add(-time.Hour), Inside: true}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{"a reset, a place known", here, detect.Arrival{ResetAt: now().Add(-time.Hour), Visits: visits(at(day, firefox, "192.0.2.1"))}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{"a reset a day ago", here, detect.Arrival{ResetAt: now().Add(-day)}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{"a reset after it", here, detect.Arrival{ResetAt: now().Add(time.Hour)}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{"a reset, its rule off", here, detect.Arrival{ResetAt: now().Add(-time.Hour)}, true, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{
			"after 90 days", here,
			detect.Arrival{Visits: visits(at(90*day, firefox, "192.0.2.7"), at(200*day, firefox, "192.0.2.7"))},
			false,
			[]detect.Finding{{access.AlertNewDevice, info, 0}, {access.AlertLongSilence, warn, 90}},
		},
		{"after less than 90 days", here, detect.Arrival{Visits: visits(at(90*day-1, firefox, "192.0.2.7"))}, false, []detect.Finding{{access.AlertNewDevice, info, 0}}},
		{
			"90 days after another sign", here,
			detect.Arrival{LastSign: now().Add(-91 * day)},
			false,
			[]detect.Finding{{access.AlertNewDevice, info, 0}, {access.AlertLongSilence, warn, 91}},
		},
		{"after 90 days, its rule off", here, detect.Arrival{Visits: visits(at(90*day, firefox, "192.0.2.7"))}, true, []detect.Finding{{access.AlertNewDevice, info, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			thresholds := limits
			if tt.off {
				thresholds = detect.Thresholds{}
			}
			if got := detect.Arrived(tt.login, tt.arrival, thresholds); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
