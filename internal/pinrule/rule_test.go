package pinrule

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func TestRules(t *testing.T) {
	tests := []struct{ name, pin, want string }{
		{"one digit, four times", "7777", RuleRepeat},
		{"three equal digits", "7377", RuleRepeat},
		{"pairs in turn", "7373", RuleRepeat},
		{"pairs side by side", "7733", RuleRepeat},
		{"pairs mirrored", "7337", RuleRepeat},
		{"two digits in five", "73377", RuleRepeat},
		{"palindrome of five", "73937", RuleRepeat},
		{"palindrome of four digits is all that is left of it", "7359", ""},
		{"block of three again", "739739", RuleRepeat},
		{"block of three and a piece", "7397397", RuleRepeat},
		{"half again", "73957395", RuleRepeat},
		{"palindrome of six", "739937", RuleRepeat},
		{"doubled digits", "773399", RuleRepeat},
		{"doubled digits of eight", "77330044", RuleRepeat},
		{"two digits in eight", "73373373", RuleRepeat},

		{"up by one", "3456", RuleSequence},
		{"down by one", "8765", RuleSequence},
		{"up over nine", "8901", RuleSequence},
		{"down over zero", "1098", RuleSequence},
		{"by two", "1357", RuleSequence},
		{"by three", "0369", RuleSequence},
		{"down by three", "9630", RuleSequence},
		{"by two over nine is not one in four digits", "4680", ""},
		{"by two over nine in five digits", "46802", RuleSequence},
		{"two-digit numbers counted", "4647", RuleSequence},
		{"two-digit numbers counted over the ten", "3940", RuleSequence},
		{"two-digit numbers counted down", "4746", ""},
		{"1 to 4 in another order", "1342", RuleSequence},
		{"1 to 5 in another order", "31542", RuleSequence},
		{"run and one digit", "34569", RuleSequence},
		{"one digit and run", "97654", RuleSequence},
		{"two runs", "123987", RuleSequence},
		{"run and equal digits", "345888", RuleSequence},
		{"two runs of unequal length", "3456210", RuleSequence},
		{"a shorter first run makes room for the second", "0123333", RuleSequence},
		{"interleaved", "142536", RuleSequence},
		{"tens", "102030", RuleSequence},
		{"six digits up", "567890", RuleSequence},
		{"two-digit numbers over the ten", "091011", RuleSequence},
		{"twelve digits up", "012345678901", RuleSequence},

		{"column", "2580", RuleKeypad},
		{"square", "1254", RuleKeypad},
		{"corners", "1793", RuleKeypad},
		{"cross", "2648", RuleKeypad},
		{"line and one key", "3576", RuleKeypad},
		{"diagonal and zero", "1590", RuleKeypad},
		{"love", "5683", RuleKeypad},
		{"numeric keypad", "7410", RuleKeypad},
		{"path of five", "14785", RuleKeypad},
		{"line and two keys", "15984", RuleKeypad},
		{"two diagonals", "159753", RuleKeypad},
		{"rows of a column each", "147258", RuleKeypad},
		{"path of six", "125896", RuleKeypad},
		{"path of six over the zero of the numeric keypad", "985201", RuleKeypad},
		{"two lines and two keys", "14736904", RuleKeypad},
		{"line that comes second", "6357", ""},

		{"first year", "1900", RuleYear},
		{"year before the first", "1899", ""},
		{"this year and four", "2030", RuleYear},
		{"this year and five", "2031", ""},
		{"year and a digit", "20117", RuleYear},
		{"digit and a year", "72011", RuleYear},
		{"two years", "20111983", RuleYear},
		{"three years", "201119832014", RuleYear},
		{"year inside six digits", "720114", ""},

		{"day and month", "2305", RuleDate},
		{"month and day", "0523", RuleDate},
		{"leap day", "2902", RuleDate},
		{"thirtieth of February", "3002", ""},
		{"thirty-first of June", "3106", ""},
		{"no month", "2300", ""},
		{"day, month, year", "23052011", RuleDate},
		{"month, day, year", "05232011", RuleDate},
		{"year, month, day", "20110523", RuleDate},
		{"year, day, month", "20112305", RuleDate},
		{"year too late", "23052031", ""},
		{"thirtieth of February and a year", "30022011", ""},
		{"date in seven digits", "2352011", RuleDate},
		{"zero is no month", "2302011", ""},
		{"date inside nine digits", "723052011", RuleDate},
		{"date inside twelve digits", "740230520118", RuleDate},
		{"short date of six digits", "250984", ""},

		{"revolution", "1789", RuleFamousDate},
		{"discovery", "1492", RuleFamousDate},
		{"any old year", "1787", ""},
		{"Bastille day", "140789", RuleFamousDate},
		{"Bastille day in full", "14071789", RuleFamousDate},
		{"September 11", "091101", RuleFamousDate},
		{"landing, backwards", "446060", RuleFamousDate},

		{"popular on phones", "3825", RulePopular},
		{"popular in passwords", "1690", RulePopular},
		{"popular in six digits", "124578", RulePopular},

		{"four digits", "8305", ""},
		{"five digits", "83057", ""},
		{"six digits", "830572", ""},
		{"eight digits", "83057294", ""},
		{"twelve digits", "830572946105", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ruleOf(t, tt.pin, subject(4, 12)); got != tt.want {
				t.Errorf("rule for %s = %q, want %q", tt.pin, got, tt.want)
			}
		})
	}
}

// ruleOf gives the rule that refuses the PIN, or "" where Check allows it.
func ruleOf(t *testing.T, pin string, s Subject) string {
	t.Helper()
	err := Check(access.NewPIN(pin), s)
	if err == nil {
		return ""
	}
	var refusal *access.Error
	if !errors.As(err, &refusal) || refusal.Code != access.CodePINGuessable {
		t.Fatalf("Check of %s: got %v, want a guessable PIN", pin, err)
	}
	return refusal.Rule
}

func TestRulesTakeWholeClasses(t *testing.T) {
	days, years := 0, 0
	for _, pin := range allPINs(4) {
		if isDate(pin, clock()) {
			days++
		}
		if isYear(pin, clock()) {
			years++
		}
	}
	if days != 588 {
		t.Errorf("%d PINs are a day and month, want 588", days)
	}
	if years != 131 {
		t.Errorf("%d PINs are years, want 131 (1900 to 2030)", years)
	}
}

func TestYearsFollowTheClock(t *testing.T) {
	later := subject(4, 12)
	later.Now = later.Now.AddDate(16, 0, 0)
	tests := []struct {
		name, pin   string
		now, in2042 string
	}{
		{"year", "2045", "", RuleYear},
		{"year that is five ahead", "2047", "", ""},
		{"date in full", "23052046", "", RuleDate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ruleOf(t, tt.pin, subject(4, 12)); got != tt.now {
				t.Errorf("in 2026: rule %q, want %q", got, tt.now)
			}
			if got := ruleOf(t, tt.pin, later); got != tt.in2042 {
				t.Errorf("in 2042: rule %q, want %q", got, tt.in2042)
			}
		})
	}
}

func TestListsHoldNothingThatTheRulesTake(t *testing.T) {
	s := Subject{Now: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)}
	for digits, list := range map[int]map[string]bool{4: popular4(), 6: popular6()} {
		if len(list) == 0 {
			t.Errorf("list of %d digits: empty", digits)
		}
		for pin := range list {
			if len(pin) != digits || strings.Trim(pin, "0123456789") != "" {
				t.Errorf("list of %d digits: holds %q", digits, pin)
			} else if rule := refusedByRules(pin, s); rule != "" {
				t.Errorf("list of %d digits: %s falls under rule %s", digits, pin, rule)
			}
		}
	}
}

func TestDocsNameEachRule(t *testing.T) {
	page, err := os.ReadFile("../../docs/pins.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rules() {
		if row := fmt.Sprintf("| `%s` | %s |", r.Name, r.Text); !strings.Contains(string(page), row) {
			t.Errorf("docs/pins.md: missing row %s", row)
		}
	}
}
