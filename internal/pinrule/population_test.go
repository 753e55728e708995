package pinrule

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A population says how many people chose each PIN. rest are those whose choice
// is not told.
type population struct {
	counts map[string]int
	rest   int
}

// readLines gives the lines of a file in testdata.
func readLines(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		all = append(all, lines.Text())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// readPopulation reads a file of PINs and counts; people is how many there were
// in all.
func readPopulation(t *testing.T, name string, people int) population {
	t.Helper()
	p := population{counts: make(map[string]int), rest: people}
	for _, line := range readLines(t, name)[1:] {
		pin, count, _ := strings.Cut(line, ",")
		n, err := strconv.Atoi(count)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p.counts[pin] = n
		p.rest -= n
	}
	return p
}

// aged gives the population with the favour of each year moved to a later one,
// among the years first to last; the last years' favour goes to the first.
func (p population) aged(by, first, last int) population {
	later := population{counts: make(map[string]int), rest: p.rest}
	for pin, n := range p.counts {
		if y := number(pin); y >= first && y <= last {
			pin = fmt.Sprintf("%04d", first+(y-first+by)%(last-first+1))
		}
		later.counts[pin] = n
	}
	return later
}

// A figure is what a policy does to a population. The attacker knows the policy
// and the population, and guesses the commonest allowed PINs first. People whose
// choice was refused choose again like those whose choice was not.
type figure struct {
	policy    string
	refused   int        // PINs of the space
	space     int        // all PINs of the length
	rechoose  float64    // percent of people whose first choice is refused
	successes [4]float64 // percent of accounts opened by so many guesses
}

// guesses are the numbers of guesses that figure.successes is for.
func guesses() [4]int { return [4]int{3, 10, 30, 100} }

func measure(policy string, people population, digits int, refuses func(pin string) bool) figure {
	f := figure{policy: policy}
	total, left := people.rest, people.rest
	var allowed []int
	for _, pin := range allPINs(digits) {
		f.space++
		n := people.counts[pin]
		total += n
		if refuses(pin) {
			f.refused++
			continue
		}
		left += n
		allowed = append(allowed, n)
	}
	slices.SortFunc(allowed, func(a, b int) int { return b - a })
	for i, k := range guesses() {
		opened := 0
		for _, n := range allowed[:k] {
			opened += n
		}
		f.successes[i] = 100 * float64(opened) / float64(left)
	}
	f.rechoose = 100 * float64(total-left) / float64(total)
	return f
}

func (f figure) share() float64 { return 100 * float64(f.refused) / float64(f.space) }

// row is the figure as a row of the tables in docs/pins.md.
func (f figure) row() string {
	s := f.successes
	return fmt.Sprintf("| %s | %d (%.2f %%) | %.1f | %.2f | %.2f | %.2f | %.2f |", f.policy, f.refused, f.share(), f.rechoose, s[0], s[1], s[2], s[3])
}
