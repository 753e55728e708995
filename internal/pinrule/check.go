package pinrule

import (
	"fmt"
	"time"

	"pinward/internal/access"
)

// A Subject is what a PIN is judged against.
type Subject struct {
	Min, Max   int           // allowed lengths in digits; a Min under 4 counts as 4
	BirthDates []access.Date // the account's own and linked students'; unset ones are passed over
	Now        time.Time     // years follow this clock
}

// shortest is the least number of digits that the rules are made for.
const shortest = 4

const (
	hintShape  = "a PIN is typed with the digits 0 to 9 only"
	hintChoose = "choose another PIN, or use one that `pinward pin suggest` proposes"
)

// Check gives nil for a PIN that may be set. Otherwise it gives an
// *access.Error of kind ErrRefused with one of the codes pin_too_short,
// pin_wrong_length, pin_not_digits and pin_guessable, the last with the name of
// the first rule in the order of Rules that refuses. General rules come before
// the birth dates, so that the answer tells as little about a person as it can.
func Check(pin access.PIN, s Subject) error {
	text := pin.Reveal()
	if err := checkShape(text, s); err != nil {
		return err
	}
	if rule := refusedBy(text, s); rule != "" {
		return &access.Error{
			Kind: access.ErrRefused,
			Code: access.CodePINGuessable,
			Text: fmt.Sprintf("new PIN: easy to guess (rule %s)", rule),
			Hint: hintChoose,
			Rule: rule,
		}
	}
	return nil
}

func checkShape(text string, s Subject) error {
	if len(text) > access.MaxTypedPIN {
		return checkLength(len(text), s)
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return access.Refused(access.CodePINNotDigits, "new PIN: holds something other than digits", hintShape)
		}
	}
	return checkLength(len(text), s)
}

func checkLength(n int, s Subject) error {
	if longest := min(s.Max, access.MaxTypedPIN); n > longest {
		return access.Refused(access.CodePINWrongLength, fmt.Sprintf("new PIN: longer than %d digits", longest), hintLength(s))
	}
	if least := max(s.Min, shortest); n < least {
		return access.Refused(access.CodePINTooShort, fmt.Sprintf("new PIN: shorter than %d digits", least), hintLength(s))
	}
	return nil
}

func hintLength(s Subject) string {
	least, longest := max(s.Min, shortest), min(s.Max, access.MaxTypedPIN)
	if least == longest {
		return fmt.Sprintf("choose a PIN of %d digits", least)
	}
	return fmt.Sprintf("choose a PIN of %d to %d digits", least, longest)
}
