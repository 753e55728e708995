package pinrule

// repeats reports whether few choices made many digits: at most two different
// digits (in four digits that is aaaa, aaab, aabb, abab, abba and the like), and
// in longer PINs a block written again, doubled digits or a palindrome.
func repeats(pin string) bool {
	return distinct(pin) <= 2 || isPalindrome(pin) || isBlockAgain(pin) || isDoubled(pin)
}

func distinct(pin string) int {
	var seen [10]bool
	n := 0
	for i := range len(pin) {
		if d := pin[i] - '0'; !seen[d] {
			seen[d] = true
			n++
		}
	}
	return n
}

func isPalindrome(pin string) bool {
	for i := range len(pin) / 2 {
		if pin[i] != pin[len(pin)-1-i] {
			return false
		}
	}
	return true
}

// isBlockAgain takes abcabc, and also abcabca: the second block may be followed
// by the beginning of a third.
func isBlockAgain(pin string) bool {
	for block := 1; block <= len(pin)/2; block++ {
		if pin[block:] == pin[:len(pin)-block] {
			return true
		}
	}
	return false
}

// isDoubled takes aabbcc.
func isDoubled(pin string) bool {
	if len(pin)%2 != 0 {
		return false
	}
	for i := 0; i < len(pin); i += 2 {
		if pin[i] != pin[i+1] {
			return false
		}
	}
	return true
}
