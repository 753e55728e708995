package cmd

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"

	"pinward/internal/access"
)

func TestShortLine(t *testing.T) {
	long := strings.Repeat("7", 100_000)
	for _, c := range []struct {
		name, input string
		want        []string
	}{
		{"nothing", "", nil},
		{"one line", "8305\n", []string{"8305"}},
		{"without an end", "8305", []string{"8305"}},
		{"CRLF, and a CR inside", "8305\r\n8\r3\r\n", []string{"8305", "8\r3"}},
		{"blank lines count", "\n\n8305\n", []string{"", "", "8305"}},
		{"too long for a PIN", long + "\n8305\n", []string{long[:access.MaxTypedPIN+2], "8305"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := bufio.NewReader(strings.NewReader(c.input))
			for i, want := range c.want {
				if got, err := shortLine(in); got != want || err != nil {
					t.Errorf("line %d: got %q, %v, want %q", i+1, got, err, want)
				}
			}
			if got, err := shortLine(in); !errors.Is(err, io.EOF) {
				t.Errorf("after the last line: got %q, %v, want io.EOF", got, err)
			}
		})
	}
}
