package pinrule

import "strings"

// onKeypad reports whether the digits draw a shape on a phone keypad
// (123 456 789 0) or, for paths, on a computer's numeric keypad.
func onKeypad(pin string) bool {
	const corners, cross = "1379", "2468"
	return isPath(pin, touchOnPhone) || isPath(pin, touchOnNumpad) || isLines(pin) ||
		isEachOf(pin, corners) || isEachOf(pin, cross) ||
		pin == "5683" // LOVE in the letters of a phone
}

// isPath takes keys that touch each other side by side, none of them twice.
func isPath(pin string, touch func(a, b byte) bool) bool {
	if distinct(pin) != len(pin) {
		return false
	}
	for i := 1; i < len(pin); i++ {
		if !touch(pin[i-1], pin[i]) {
			return false
		}
	}
	return true
}

func touchOnPhone(a, b byte) bool {
	if a == '0' || b == '0' {
		return a == '8' || b == '8'
	}
	return touchInSquare(a, b)
}

// touchOnNumpad differs from touchOnPhone by the zero alone: its wide key lies
// under 1 and 2, and turning the square upside down parts no neighbours.
func touchOnNumpad(a, b byte) bool {
	if a == '0' || b == '0' {
		return a == '1' || a == '2' || b == '1' || b == '2'
	}
	return touchInSquare(a, b)
}

func touchInSquare(a, b byte) bool {
	across := int(a-'1')%3 - int(b-'1')%3
	down := int(a-'1')/3 - int(b-'1')/3
	return across*across+down*down == 1
}

// isLines takes lines of three keys (a row, a column or a diagonal, either way)
// one after the other; one or two keys left over may be any: 1590, 147852.
func isLines(pin string) bool {
	for ; len(pin) >= 3; pin = pin[3:] {
		if !isLine(pin[:3]) {
			return false
		}
	}
	return true
}

func isLine(keys string) bool {
	const lines = "123 456 789 147 258 369 159 357 321 654 987 741 852 963 951 753"
	return strings.Contains(lines, keys)
}

// isEachOf takes the keys of a set in any order.
func isEachOf(pin, keys string) bool {
	return len(pin) == len(keys) && distinct(pin) == len(pin) && strings.Trim(pin, keys) == ""
}
