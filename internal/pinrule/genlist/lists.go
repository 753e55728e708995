package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/pinrule"
)

// How many PINs each list holds. With the rules, 240 refuse under a fifth of the
// four-digit PINs (and still do when more years have come), and 2,000 under one
// in a hundred of the six-digit ones.
const (
	size4 = 240
	size6 = 2000
)

// makeLists gives the content of each list by file name. The sources are in
// order of popularity and take turns, so that neither phone codes nor the digits
// in passwords decide alone.
func makeLists(files fs.FS) (map[string][]string, error) {
	phones, err := readPINs(files, "testdata/DD-4-digit-2740.txt")
	if err != nil {
		return nil, err
	}
	passwords, err := readPINs(files, "testdata/rockyou4-counts.csv")
	if err != nil {
		return nil, err
	}
	six, err := readPINs(files, "testdata/rockyou6-top5000.txt")
	if err != nil {
		return nil, err
	}
	return map[string][]string{
		"popular4.txt": inTurn(size4, phones, passwords),
		"popular6.txt": inTurn(size6, six),
	}, nil
}

// readPINs gives the first column of a file whose lines are in order of
// popularity; a heading is passed over.
func readPINs(files fs.FS, name string) ([]string, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read popular PINs: %w", err)
	}
	defer f.Close()
	var pins []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if pin, _, _ := strings.Cut(lines.Text(), ","); pin != "pin" {
			pins = append(pins, pin)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read popular PINs of %s: %w", name, err)
	}
	return pins, nil
}

// inTurn takes the next PIN that the rules allow from each order in turn, until
// there are size of them or all orders have ended.
func inTurn(size int, orders ...[]string) []string {
	var list []string
	taken := make(map[string]bool)
	for len(list) < size {
		before := len(list)
		for i := range orders {
			for len(orders[i]) > 0 && (taken[orders[i][0]] || ruled(orders[i][0])) {
				orders[i] = orders[i][1:]
			}
			if len(orders[i]) > 0 && len(list) < size {
				list = append(list, orders[i][0])
				taken[orders[i][0]] = true
			}
		}
		if len(list) == before {
			break
		}
	}
	return list
}

// ruled reports whether a rule other than the popular list refuses the PIN. The
// year of the clock is fixed, so that the lists come out the same every year.
func ruled(pin string) bool {
	err := pinrule.Check(access.NewPIN(pin), pinrule.Subject{
		Min: 4, Max: 12, Now: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC),
	})
	var refusal *access.Error
	return errors.As(err, &refusal) && refusal.Rule != pinrule.RulePopular
}
