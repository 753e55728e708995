package config

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func thresholds() map[string]int {
	return map[string]int{"new_devices": 5, "silence_days": 90, "spray_accounts": 6}
}

func TestThresholdsAreDecided(t *testing.T) {
	file := writeFile(t, "store: /s.db\nkeyring: /k.json\ndetect:\n  new_devices: 0\n  silence_days: 7\n")
	c, err := Load(Sources{
		File: file, Detect: thresholds(),
		Env: env(map[string]string{"PINWARD_DETECT_SILENCE_DAYS": "30"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"new_devices": 0, "silence_days": 30, "spray_accounts": 6}; !maps.Equal(c.Detect, want) {
		t.Errorf("got %v, want %v", c.Detect, want)
	}
	want := []string{"detect.new_devices", "detect.silence_days", "detect.spray_accounts"}
	if got := c.Thresholds(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for i, want := range []Origin{FromFile, FromEnv, FromDefault} {
		if got := c.Origin(c.Thresholds()[i]); got != want {
			t.Errorf("%s: got origin %s, want %s", c.Thresholds()[i], got, want)
		}
	}
}

func TestThresholdsAreRefusedWithoutQuoting(t *testing.T) {
	const secret = "hunter2secret"
	tests := []struct{ name, content, variable, want string }{
		{"no section", "detect: " + secret + "\n", "", "line 1: detect: not a section"},
		{"an unknown threshold", "detect:\n  " + secret + ": 1\n", "", "line 2: unknown key; those of detect are new_devices"},
		{"a text", "detect:\n  new_devices: " + secret + "\n", "", "line 2: detect.new_devices: not a whole number from 0 to 1000000"},
		{"a fraction", "detect:\n  new_devices: 1.5\n", "", "line 2: detect.new_devices"},
		{"below 0", "detect:\n  new_devices: -1\n", "", "line 2: detect.new_devices"},
		{"too large", "detect:\n  new_devices: 1000001\n", "", "line 2: detect.new_devices"},
		{"a variable", "", secret, "PINWARD_DETECT_NEW_DEVICES: not a whole number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			named := map[string]string{"HOME": "/home/u", "PINWARD_DETECT_NEW_DEVICES": tt.variable}
			_, err := Load(Sources{File: writeFile(t, tt.content), Env: env(named), Detect: thresholds()})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter") {
				t.Errorf("got %v, want %q and nothing of the file", err, tt.want)
			}
		})
	}
}
