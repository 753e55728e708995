package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
)

// logins gives as many logins as tokens are named.
func logins(tokens ...decide.Recognition) []access.Login {
	all := make([]access.Login, len(tokens))
	for i, r := range tokens {
		all[i] = access.Login{Key: int64(i + 1), Token: string(r)}
	}
	return all
}

func device(label string) access.Device {
	return access.Device{Label: label, ExpiresAt: now().Add(access.Days(300))}
}

func revokedDevice(label string) access.Device {
	d := device(label)
	d.RevokedAt = now().Add(-time.Hour)
	return d
}

func expiredDevice(label string) access.Device {
	return access.Device{Label: label, ExpiresAt: now()}
}

func TestDiagnoseCauses(t *testing.T) {
	tests := []struct {
		name   string
		logins []access.Login
		want   []decide.Recognition
		counts []int
	}{
		{"no login", nil, nil, nil},
		{"a login of an unknown account tells nothing", logins(""), nil, nil},
		{
			"the most frequent first", logins(decide.Expired, decide.NoToken, decide.NoToken, decide.Recognized, decide.NoToken, decide.Expired),
			[]decide.Recognition{decide.NoToken, decide.Expired, decide.Recognized},
			[]int{3, 2, 1},
		},
		{
			"as frequent: those that have no token first, recognized ones last", logins(decide.Recognized, decide.Replayed, decide.NoToken),
			[]decide.Recognition{decide.NoToken, decide.Replayed, decide.Recognized},
			[]int{1, 1, 1},
		},
		{
			"every cause",
			logins(decide.NoToken, decide.UnknownToken, decide.OtherAccount, decide.Expired, decide.Revoked, decide.Replayed, decide.BrowserChanged, decide.ProvenWeaker, decide.Recognized),
			[]decide.Recognition{decide.NoToken, decide.UnknownToken, decide.OtherAccount, decide.Expired, decide.Revoked, decide.Replayed, decide.BrowserChanged, decide.ProvenWeaker, decide.Recognized},
			[]int{1, 1, 1, 1, 1, 1, 1, 1, 1},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			causes, _ := decide.Diagnose(decide.History{Now: now(), MaxDevices: 10, Logins: tt.logins})
			var got []decide.Recognition
			var counts []int
			for _, c := range causes {
				got, counts = append(got, c.Recognition), append(counts, c.Count)
				if c.Text == string(c.Recognition) || !strings.Contains(c.Text, " ") {
					t.Errorf("%s: got %q, want a sentence", c.Recognition, c.Text)
				}
			}
			if !slices.Equal(got, tt.want) || !slices.Equal(counts, tt.counts) {
				t.Errorf("got %v %v, want %v %v", got, counts, tt.want, tt.counts)
			}
		})
	}
}

func TestDiagnoseAdvice(t *testing.T) {
	tests := []struct {
		name string
		h    decide.History
		want []string // a part of each advice, in order
	}{
		{"no login", decide.History{}, []string{"There is no login to learn from"}},
		{"all is well", decide.History{Logins: logins(decide.Recognized), Devices: []access.Device{device("Room 201")}}, nil},
		{"a label registered three times", decide.History{
			Logins:  logins(decide.NoToken, decide.NoToken, decide.NoToken),
			Devices: []access.Device{revokedDevice("Room 201"), device("Office"), revokedDevice("ROOM  201"), device("Room 201")},
		}, []string{`The browser forgets: "Room 201" was registered 3 times`}},
		{"a label registered twice", decide.History{
			Logins:  logins(decide.NoToken),
			Devices: []access.Device{revokedDevice("Room 201"), device("Room 201")},
		}, []string{"A device is registered, but logins came without its token"}},
		{"nothing registered", decide.History{Logins: logins(decide.NoToken)}, []string{"No device is registered: at the next login"}},
		{"all that was registered is revoked or expired", decide.History{
			Logins:  logins(decide.NoToken),
			Devices: []access.Device{revokedDevice("Office"), expiredDevice("Home")},
		}, []string{"No device is registered: at the next login"}},
		{"the browser forgets and nothing is left", decide.History{
			Logins:  logins(decide.NoToken),
			Devices: []access.Device{revokedDevice("Home"), revokedDevice("home"), revokedDevice("HOME")},
		}, []string{"The browser forgets", "No device is registered"}},
		{"computer rooms", decide.History{Logins: logins(decide.Recognized), OnSharedNetwork: 4}, []string{"4 of the logins came from networks marked shared"}},
		{"a shared browser", decide.History{Logins: logins(decide.OtherAccount)}, []string{"Several people use this browser"}},
		{"expired", decide.History{Logins: logins(decide.Expired)}, []string{"within the idle limit"}},
		{"revoked", decide.History{Logins: logins(decide.Revoked)}, []string{"pinward device list --revoked"}},
		{"replayed", decide.History{Logins: logins(decide.Replayed)}, []string{"treat it as theft: pinward pin reset"}},
		{"another browser", decide.History{Logins: logins(decide.BrowserChanged)}, []string{"a token does not move between browsers"}},
		{"registered by the password", decide.History{Logins: logins(decide.ProvenWeaker)}, []string{"after giving the PIN"}},
		{"as many devices as may be", decide.History{
			MaxDevices: 2, Logins: logins(decide.Recognized), Devices: []access.Device{device("Home"), device("Office")},
		}, []string{"as many devices as its policy allows (2)"}},
		{"one of as many was revoked", decide.History{
			MaxDevices: 2, Logins: logins(decide.Recognized), Devices: []access.Device{device("Home"), revokedDevice("Office")},
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.h.Now = now()
			_, got := decide.Diagnose(tt.h)
			if len(got) != len(tt.want) {
				t.Fatalf("got %d advices, want %d: %q", len(got), len(tt.want), got)
			}
			for i, advice := range got {
				if !strings.Contains(advice, tt.want[i]) {
					t.Errorf("got %q, want it to say %q", advice, tt.want[i])
				}
			}
		})
	}
}
