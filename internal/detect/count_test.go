package detect_test

import (
	"testing"

	"pinward/internal/access"
	"pinward/internal/detect"
)

func TestSpraying(t *testing.T) {
	limits := detect.Thresholds{SprayAccounts: 6, SprayAccountsInside: 30, SprayMinutes: 60}
	off := detect.Thresholds{SprayAccounts: 6, SprayAccountsInside: 30}
	outsideOnly := detect.Thresholds{SprayAccounts: 6, SprayMinutes: 60}
	tests := []struct {
		name              string
		accounts, unknown int
		inside            bool
		limits            detect.Thresholds
		want              int // 0: nothing
	}{
		{"one less than the threshold", 5, 2, false, limits, 0},
		{"at the threshold", 6, 0, false, limits, 6},
		{"three logins of unknown accounts count as one", 5, 3, false, limits, 6},
		{"unknown accounts alone", 0, 18, false, limits, 6},
		{"from the school, what would be too much elsewhere", 29, 2, true, limits, 0},
		{"from the school, at its own threshold", 30, 0, true, limits, 30},
		{"no span", 100, 0, false, off, 0},
		{"from the school, where that is off", 100, 0, true, outsideOnly, 0},
		{"nothing set", 100, 100, false, detect.Thresholds{}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := detect.Spraying(tt.accounts, tt.unknown, tt.inside, tt.limits)
			if ok != (tt.want > 0) {
				t.Fatalf("got %v, want %v", ok, tt.want > 0)
			}
			if want := (detect.Finding{Kind: access.AlertSpraying, Severity: access.High, Count: tt.want}); ok && got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestCounted(t *testing.T) {
	limits := detect.Thresholds{SharedAccounts: 8, ForgetfulTimes: 4}
	tests := []struct {
		name  string
		judge func(int, detect.Thresholds) (detect.Finding, bool)
		limit int
		want  detect.Finding
	}{
		{"a browser of many accounts", detect.Shared, 8, detect.Finding{Kind: access.AlertTokenStoreShared, Severity: access.Warn, Count: 8}},
		{"a browser that forgets", detect.Forgetful, 4, detect.Finding{Kind: access.AlertBrowserForgets, Severity: access.Info, Count: 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := tt.judge(tt.limit, limits); !ok || got != tt.want {
				t.Errorf("at the threshold: got %v, %v, want %v", got, ok, tt.want)
			}
			if _, ok := tt.judge(tt.limit-1, limits); ok {
				t.Error("below the threshold: got a finding")
			}
			if _, ok := tt.judge(100, detect.Thresholds{}); ok {
				t.Error("off: got a finding")
			}
		})
	}
}
