package pinrule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// The populations: 4-digit strings in leaked passwords, and 6-digit passwords of
// which the rare ones are not in the file.
const (
	people4 = 1_780_587
	people6 = 2_758_490
)

func none(string) bool { return false }

func byRules(s Subject) func(string) bool {
	return func(pin string) bool { return refusedByRules(pin, s) != "" }
}

func byPolicy(s Subject) func(string) bool {
	return func(pin string) bool { return refusedBy(pin, s) != "" }
}

// byRulesAndPhones is the policy with a list made of phone codes alone, as long
// as the shipped one: what the policy does to people that its list never saw.
func byRulesAndPhones(t *testing.T, s Subject) func(string) bool {
	t.Helper()
	listed := make(map[string]bool)
	for _, pin := range readLines(t, "DD-4-digit-2740.txt") {
		if len(listed) < len(popular4()) && refusedByRules(pin, s) == "" {
			listed[pin] = true
		}
	}
	return func(pin string) bool { return listed[pin] || refusedByRules(pin, s) != "" }
}

// figures4 measures the policies for four digits; the limits are in percent.
func figures4(t *testing.T) []struct {
	figure
	limits [4]float64
} {
	t.Helper()
	s := subject(4, 8)
	later := s
	later.Now = s.Now.AddDate(16, 0, 0)
	people := readPopulation(t, "rockyou4-counts.csv", people4)
	if people.rest != 0 {
		t.Fatalf("rockyou4-counts.csv: %d people missing", people.rest)
	}
	aged := people.aged(16, firstYear, later.Now.Year()+yearsAhead)
	no := [4]float64{100, 100, 100, 100}
	return []struct {
		figure
		limits [4]float64
	}{
		{measure("none", people, 4, none), no},
		{measure("rules alone", people, 4, byRules(s)), no},
		{measure("rules and list", people, 4, byPolicy(s)), [4]float64{0.30, 0.75, 2.0, 6.0}},
		{measure("rules and list, 16 years later", aged, 4, byPolicy(later)), [4]float64{0.30, 0.75, 2.0, 6.0}},
		{measure("rules and a list of phone codes only", people, 4, byRulesAndPhones(t, s)), [4]float64{0.65, 1.4, 3.2, 7.5}},
	}
}

func TestFourDigitPolicy(t *testing.T) {
	for _, f := range figures4(t) {
		t.Log(f.row())
		for i, k := range guesses() {
			if got := f.successes[i]; got > f.limits[i] {
				t.Errorf("%s: %d guesses open %.3f %%, want at most %.2f %%", f.policy, k, got, f.limits[i])
			}
		}
		if f.share() > 20 {
			t.Errorf("%s: %.2f %% of the PINs refused, want at most 20 %%", f.policy, f.share())
		}
	}
}

func TestPolicyDoesNotAge(t *testing.T) {
	fs := figures4(t)
	now, later := fs[2].successes[1], fs[3].successes[1]
	if math.Abs(now-later) >= 0.1 {
		t.Errorf("10 guesses open %.3f %% now and %.3f %% in 16 years, want less than 0.1 points between them", now, later)
	}
}

func figures6(t *testing.T) []figure {
	t.Helper()
	s := subject(4, 8)
	people := readPopulation(t, "rockyou6-pure-top-counts.csv", people6)
	return []figure{
		measure("none", people, 6, none),
		measure("rules alone", people, 6, byRules(s)),
		measure("rules and list", people, 6, byPolicy(s)),
	}
}

func TestSixDigitPolicy(t *testing.T) {
	fs := figures6(t)
	for _, f := range fs {
		t.Log(f.row())
	}
	policy := fs[2]
	if got := policy.successes[1]; got > 0.1 {
		t.Errorf("10 guesses open %.3f %%, want at most 0.1 %%", got)
	}
	if got := policy.share(); got > 1 {
		t.Errorf("%.3f %% of the PINs refused, want at most 1 %%", got)
	}
}

func TestKnownListsAreRefused(t *testing.T) {
	s := subject(4, 8)
	var allowed []string
	for _, pin := range readLines(t, "iOS-4-digit.txt") {
		if !byRules(s)(pin) {
			allowed = append(allowed, pin)
		}
	}
	if got := strings.Join(allowed, " "); got != "7465" {
		t.Errorf("rules alone allow %q of the warning list of a phone, want 7465 alone", got)
	}
	for _, pin := range readLines(t, "DD-4-digit-2740.txt")[:27] {
		if !byPolicy(s)(pin) {
			t.Errorf("%s: allowed, want the 27 commonest phone codes refused", pin)
		}
	}
}

func TestDocsHoldTheFigures(t *testing.T) {
	page, err := os.ReadFile("../../docs/pins.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, f := range figures4(t) {
		rows = append(rows, f.row())
	}
	for _, f := range figures6(t) {
		rows = append(rows, f.row())
	}
	for _, l := range otherLengths() {
		rows = append(rows, l.row())
	}
	for _, row := range rows {
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/pins.md: missing row %s", row)
		}
	}
}

// A lengthShare says which part of the PINs of a length is refused.
type lengthShare struct {
	digits int
	share  float64 // percent
}

func (l lengthShare) row() string { return fmt.Sprintf("| %d | %.1f %% |", l.digits, l.share) }

// otherLengths measures the lengths that no population is known for, on a
// sample that is the same in every run.
func otherLengths() []lengthShare {
	const tries = 200_000
	s := subject(4, 12)
	random := rand.New(rand.NewPCG(2026, 3))
	var all []lengthShare
	for _, digits := range []int{5, 7, 8, 9, 10, 11, 12} {
		space := int64(math.Pow10(digits))
		refused := 0
		for range tries {
			if refusedBy(fmt.Sprintf("%0*d", digits, random.Int64N(space)), s) != "" {
				refused++
			}
		}
		all = append(all, lengthShare{digits, 100 * float64(refused) / tries})
	}
	return all
}

func TestOtherLengthsStayOpen(t *testing.T) {
	for _, l := range otherLengths() {
		t.Log(l.row())
		most := 2.0
		if l.digits == 5 {
			most = 8
		}
		if l.share > most {
			t.Errorf("%d digits: %.2f %% refused, want at most %.0f %%", l.digits, l.share, most)
		}
	}
}
