package main

import (
	"fmt"
	"os"
	"slices"
	"time"
)

// A result is one line of the table.
type result struct {
	what   string
	ours   string
	beside string // and what it is
	ratio  float64
	limit  string
	within bool
}

func printHead() {
	fmt.Println("| what | pinward | beside | ratio | allowed | |")
	fmt.Println("|---|---|---|---|---|---|")
}

func (r result) print() {
	verdict := "ok"
	if !r.within {
		verdict = "MISSED"
	}
	ratio := "-"
	if r.ratio != 0 {
		ratio = fmt.Sprintf("%.2f", r.ratio)
	}
	_, _ = fmt.Fprintf(os.Stdout, "| %s | %s | %s | %s | %s | %s |\n", r.what, r.ours, r.beside, ratio, r.limit, verdict)
}

// A task is something to time; it gives the time that counts.
type task func() (time.Duration, error)

// timed makes a task of f, all of whose time counts.
func timed(f func() error) task {
	return func() (time.Duration, error) {
		began := time.Now()
		err := f()
		return time.Since(began), err
	}
}

// takeTurns runs the tasks in turn, so many rounds, and gives their medians. A
// first round that does not count warms caches.
func takeTurns(rounds int, tasks ...task) ([]time.Duration, error) {
	times := make([][]time.Duration, len(tasks))
	for round := range rounds + 1 {
		for i, t := range tasks {
			took, err := t()
			if err != nil {
				return nil, err
			}
			if round > 0 {
				times[i] = append(times[i], took)
			}
		}
	}
	medians := make([]time.Duration, len(tasks))
	for i := range tasks {
		medians[i] = median(times[i])
	}
	return medians, nil
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// compared is the line of two medians, ours first.
func compared(what string, medians []time.Duration, beside string, limit float64) result {
	ratio := float64(medians[0]) / float64(medians[1])
	return result{
		what: what, ours: short(medians[0]), beside: short(medians[1]) + " " + beside,
		ratio: ratio, limit: fmt.Sprintf("%.1fx", limit), within: ratio <= limit,
	}
}

// short gives a time to three digits.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
	default:
		return fmt.Sprintf("%.0f µs", d.Seconds()*1e6)
	}
}

// memory is the line of a peak memory in KiB.
func memory(what string, kib int, limitMiB float64) result {
	mib := float64(kib) / 1024
	return result{
		what: what, ours: fmt.Sprintf("%.1f MiB", mib), beside: "-",
		limit: fmt.Sprintf("%.0f MiB", limitMiB), within: mib <= limitMiB,
	}
}

// rate is the line of a number a second, of which at least so many are wanted.
func rate(what string, perSecond, atLeast float64, beside string) result {
	r := result{what: what, ours: fmt.Sprintf("%.0f/s", perSecond), beside: beside, limit: "-", within: true}
	if atLeast > 0 {
		r.limit, r.within = fmt.Sprintf("at least %.0f/s", atLeast), perSecond >= atLeast
	}
	return r
}
