package pinrule

// The names of the rules, as errors and `policy explain` show them.
const (
	RuleRepeat     = "repeat"
	RuleSequence   = "sequence"
	RuleKeypad     = "keypad"
	RuleYear       = "year"
	RuleDate       = "date"
	RuleFamousDate = "famous_date"
	RuleBirthDate  = "birth_date"
	RulePopular    = "popular"
)

// A Rule names one reason to refuse a PIN, with one sentence for people.
type Rule struct {
	Name string
	Text string
}

// Rules lists the rules in the order in which they are tried.
func Rules() []Rule {
	return []Rule{
		{RuleRepeat, "Repeated digits: one or two different digits only, a block written again, doubled digits, or the same read backwards."},
		{RuleSequence, "Counting: digits in equal steps, runs of neighbouring digits, two-digit numbers one after the other, or the digits 1 to 4 or 1 to 5 in any order."},
		{RuleKeypad, "A shape on the keypad: a path of touching keys, lines of three keys, the corners, the cross, or the word LOVE."},
		{RuleYear, "A year from 1900 to four years from now, in eight digits two of them."},
		{RuleDate, "A day and month in either order; in seven digits and more, a whole date."},
		{RuleFamousDate, "A year or a day that history lessons and the news made famous."},
		{RuleBirthDate, "A birth date of the person or of a linked student, in any order and also backwards."},
		{RulePopular, "A PIN that many people choose, from the list of popular PINs."},
	}
}

// refusedBy names the first rule that refuses, or gives "".
func refusedBy(pin string, s Subject) string {
	if rule := refusedByRules(pin, s); rule != "" {
		return rule
	}
	if popular(pin) {
		return RulePopular
	}
	return ""
}

// refusedByRules is refusedBy without the popular list. It expects digits only.
func refusedByRules(pin string, s Subject) string {
	switch {
	case repeats(pin):
		return RuleRepeat
	case counts(pin):
		return RuleSequence
	case onKeypad(pin):
		return RuleKeypad
	case isYear(pin, s.Now):
		return RuleYear
	case isDate(pin, s.Now):
		return RuleDate
	case isFamous(pin):
		return RuleFamousDate
	case isBirthDate(pin, s.BirthDates):
		return RuleBirthDate
	default:
		return ""
	}
}
