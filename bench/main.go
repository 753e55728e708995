// Bench builds a store of 100,000 accounts, 300,000 devices and 1,000,000 logins
// and measures pinward beside the sqlite3 shell, bare transactions and Debian's
// argon2, taking turns. It prints medians, their ratio and what is allowed. It
// needs what scripts/bench-setup.sh installs. See docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
)

// A setup is what every measurement works on.
type setup struct {
	bin   string // the pinward that is measured
	dir   string
	scale float64
	large *sample
	small *sample // of a tenth of the rows
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	bin := flag.String("bin", ".bin/pinward", "the pinward to measure")
	scale := flag.Float64("scale", 1, "how large the store is: 1 is 100,000 accounts")
	only := flag.String("only", "", "measure only what has `TEXT` in its name")
	profile := flag.String("cpuprofile", "", "write a profile of this process to `FILE`")
	flag.Parse()
	s := &setup{scale: *scale}
	if s.bin, err = filepath.Abs(*bin); err != nil {
		return err
	}
	// Not in memory: half of this is about what a disk costs.
	if s.dir, err = os.MkdirTemp("/var/tmp", "pinward-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.build(ctx); err != nil {
		return err
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	return s.measure(ctx, *only)
}

// measure prints what is measured of the parts whose name holds only.
func (s *setup) measure(ctx context.Context, only string) error {
	printHead()
	for _, m := range []struct {
		name string
		run  func(context.Context, *setup) ([]result, error)
	}{
		{"start account show", measureStart},
		{"import", measureImport},
		{"export login list", measureExport},
		{"recognize", measureRecognize},
		{"login start", measureLoginStart},
		{"detection", measureDetect},
		{"argon2id", measureArgon2},
		{"http", measureHTTP},
		{"gate", measureGate},
		{"growth 10x", measureGrowth},
		{"alerts export", measureAlertExport},
		{"alerts tail", measureTail},
		{"mail", measureMail},
	} {
		if !strings.Contains(m.name, only) {
			continue
		}
		results, err := m.run(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		for _, r := range results {
			r.print()
		}
	}
	return nil
}

func (s *setup) build(ctx context.Context) error {
	for _, one := range []struct {
		name  string
		into  **sample
		scale float64
	}{{"small", &s.small, s.scale / 10}, {"large", &s.large, s.scale}} {
		dir := filepath.Join(s.dir, one.name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		accounts := int(one.scale * fullAccounts)
		fmt.Fprintf(os.Stderr, "building a store of %d accounts, %d devices and %d logins\n",
			accounts, accounts*devicesPerAccount, accounts*loginsPerAccount)
		var err error
		if *one.into, err = newSample(ctx, dir, accounts); err != nil {
			return err
		}
	}
	return nil
}

func (s *setup) close() error {
	var err error
	for _, one := range []*sample{s.small, s.large} {
		if one != nil && one.store != nil {
			err = errors.Join(err, one.store.Close())
		}
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}
