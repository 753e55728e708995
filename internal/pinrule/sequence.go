package pinrule

// counts reports whether the digits follow from each other by counting.
func counts(pin string) bool {
	return isProgression(pin) || isCounted(pin) || isShuffledStart(pin) || isRuns(pin) ||
		len(pin) >= 5 && (isRuns(pin[1:]) || isRuns(pin[:len(pin)-1])) ||
		len(pin) >= 6 && isInterleaved(pin)
}

// isProgression takes digits in one step: 1357, and from five digits on also
// over the end of the digits, as in 24680. In four digits that is left to isRun:
// larger steps over the end are rare choices, and many PINs.
func isProgression(pin string) bool {
	step := int(pin[1]) - int(pin[0])
	for i := 1; i < len(pin); i++ {
		next := int(pin[i]) - int(pin[i-1])
		if next != step && (len(pin) < 5 || (next-step)%10 != 0) {
			return false
		}
	}
	return true
}

// isRun takes digits that stay, or go up or down by one, with 0 next to 9. It
// looks at the first digit and each stride after it.
func isRun(digits string, stride int) bool {
	step := (digits[stride] - digits[0] + 10) % 10
	for i := stride; i < len(digits); i += stride {
		if (digits[i]-digits[i-stride]+10)%10 != step {
			return false
		}
	}
	return step == 0 || step == 1 || step == 9
}

// isRuns takes one run after the other, each of at least three digits: 123987.
func isRuns(pin string) bool {
	ends := make([]bool, len(pin)+1) // where a run may end, and so the next begin
	ends[0] = true
	for from := range len(pin) {
		if !ends[from] {
			continue
		}
		for to := from + 3; to <= len(pin) && isRun(pin[from:to], 1); to++ {
			ends[to] = true
		}
	}
	return ends[len(pin)]
}

// isInterleaved takes two runs in turn: 142536, 102030.
func isInterleaved(pin string) bool {
	return len(pin)%2 == 0 && isRun(pin, 2) && isRun(pin[1:], 2)
}

// isCounted takes two-digit numbers each one more than the last: 1920, 091011.
func isCounted(pin string) bool {
	if len(pin)%2 != 0 {
		return false
	}
	for i := 2; i < len(pin); i += 2 {
		if number(pin[i:i+2]) != number(pin[i-2:i])+1 {
			return false
		}
	}
	return true
}

// isShuffledStart takes the digits 1 to 4 or 1 to 5 in any order. One of them,
// 1342, is the third commonest of Have I Been Pwned as of 2018.
func isShuffledStart(pin string) bool {
	if len(pin) > 5 || distinct(pin) != len(pin) {
		return false
	}
	for i := range len(pin) {
		if d := int(pin[i] - '0'); d < 1 || d > len(pin) {
			return false
		}
	}
	return true
}

// number reads a few digits.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = 10*n + int(digits[i]-'0')
	}
	return n
}
