package pinrule

import (
	"fmt"
	"testing"
	"time"

	"pinward/internal/access"
)

// layouts are the spellings of a date as package time writes them: an oracle
// that shares no code with spellings.
func layouts() []string {
	return []string{
		"0201", "0102", "0206", "0602", "0106", "0601", "2006", // two parts, or the year
		"2106", "1206", "0621", "0612", "2061", "1062", // one-digit day and month
		"20106", "02106", "06201", "06021", "22006", "12006", "20062", "20061",
		"020106", "010206", "060102", "060201", "020601", "010602",
		"212006", "122006", "200621", "200612",
		"022006", "012006", "200602", "200601",
		"0212006", "2012006", "2006201", "2006012",
		"02012006", "01022006", "20060102", "20060201", "02200601", "01200602",
	}
}

func TestBirthDateInEverySpelling(t *testing.T) {
	checked := 0
	for day := time.Date(1962, time.January, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2021; day = day.AddDate(0, 0, 97) {
		s := subject(4, 12, access.DateOf(day))
		for _, layout := range layouts() {
			pin := day.Format(layout)
			if len(pin) < 4 {
				continue
			}
			for _, p := range []string{pin, reversed(pin)} {
				checked++
				if Check(access.NewPIN(p), s) == nil {
					t.Fatalf("born %s: %s allowed, want it refused (layout %s)", day.Format(time.DateOnly), p, layout)
				}
			}
		}
	}
	if checked < 15_000 {
		t.Errorf("checked %d spellings, want 15,000", checked)
	}
}

func TestBirthDateRule(t *testing.T) {
	may3 := access.Date{Year: 2011, Month: time.May, Day: 3}
	sister := access.Date{Year: 2014, Month: time.November, Day: 26}
	tests := []struct{ name, pin, want string }{
		{"month and short year", "0511", RuleDate}, // general rules first: the answer tells nothing of the person
		{"day and short year, backwards", "4162", RuleBirthDate},
		{"day, month, short year without zeros", "3511", RuleBirthDate},
		{"the linked student's short year, the person's month", "1405", RuleDate},
		{"year backwards", "1102", RuleDate},
		{"the linked student's day and short year", "2614", RuleBirthDate},
		{"the linked student's year backwards", "4102", RuleKeypad},
		{"one digit after four", "35110", RuleBirthDate},
		{"one digit before four", "92614", RuleBirthDate},
		{"six digits", "030511", RuleBirthDate},
		{"six digits, month first", "050311", RuleBirthDate},
		{"six digits, year in the middle", "031105", RuleBirthDate},
		{"six digits with the whole year", "352011", RuleBirthDate},
		{"six digits backwards", "115030", RuleBirthDate},
		{"six digits that begin with day and month", "030584", ""},
		{"inside eight digits", "80305114", RuleBirthDate},
		{"inside eight digits, backwards", "81150304", RuleBirthDate},
		{"eight digits, year in the middle", "03201105", RuleBirthDate},
		{"somebody else's", "040611", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ruleOf(t, tt.pin, subject(4, 12, access.Date{}, may3, sister)); got != tt.want {
				t.Errorf("rule for %s = %q, want %q", tt.pin, got, tt.want)
			}
		})
	}
}

func TestUnsetBirthDateRefusesNothing(t *testing.T) {
	for _, pin := range append(allPINs(4), "72000000") {
		if refusedBy(pin, subject(4, 8, access.Date{})) != refusedBy(pin, subject(4, 8)) {
			t.Fatalf("%s: an unset birth date changes the answer", pin)
		}
	}
}

func TestBirthDateRefusesFew(t *testing.T) {
	born := subject(4, 8, access.Date{Year: 2011, Month: time.May, Day: 3})
	for digits, most := range map[int]int{4: 40, 6: 80} {
		refused := 0
		for _, pin := range allPINs(digits) {
			if isBirthDate(pin, born.BirthDates) {
				refused++
			}
		}
		if refused == 0 || refused > most {
			t.Errorf("%d digits: %d PINs spell one birth date, want 1 to %d", digits, refused, most)
		}
	}
}

// allPINs lists the PINs of a length in numeric order.
func allPINs(digits int) []string {
	n := 1
	for range digits {
		n *= 10
	}
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%0*d", digits, i)
	}
	return all
}
