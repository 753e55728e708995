package access

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckCursorName(t *testing.T) {
	for name, good := range map[string]bool{
		"nightly": true, "siem-1.a_b": true, "0750001a": true, strings.Repeat("a", MaxCursorName): true,
		"": false, ".hidden": false, "-n": false, "../x": false, "a/b": false, "Nightly": false, "é": false, "a b": false,
		strings.Repeat("a", MaxCursorName+1): false,
	} {
		if err := CheckCursorName(name); (err == nil) != good || err != nil && !errors.Is(err, ErrUsage) {
			t.Errorf("%q: got %v, want it good: %t", name, err, good)
		}
	}
}
