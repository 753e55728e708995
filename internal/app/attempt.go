package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/pinrule"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// How long an attempt waits for others in flight to be judged, and how often
// it looks.
const (
	waitAtMost = 8 * time.Second
	waitStep   = 25 * time.Millisecond
)

// decoyKey is the account key that unknown accounts are counted under, so that
// they cost the same work and the same writes (rule 3).
const decoyKey = 0

// An attempt is one typed PIN that has been counted and not yet judged.
type attempt struct {
	account    access.Account // Key decoyKey: unknown
	credential access.Credential
	lease      access.Lease
	admission  access.Admission
	unproven   bool // the caller holds no proof of the password
}

// reserve counts an attempt in tx if the limits admit one more.
func (a *App) reserve(ctx context.Context, tx store.Tx, t *attempt, loginKey int64, spent int) error {
	now := a.clock()
	counts, err := tx.Attempts(ctx, t.account.Key)
	if err != nil {
		return fmt.Errorf("read the attempts at %s: %w", t.account.Login, err)
	}
	counts.Sweep(now)
	if t.account.Key == decoyKey {
		counts.Reset()
	}
	if err := tx.PutAttempts(ctx, t.account.Key, counts); err != nil {
		return fmt.Errorf("store the attempts at %s: %w", t.account.Login, err)
	}
	admit := counts.Admit
	if t.unproven {
		admit = counts.AdmitUnproven
	}
	if t.admission = admit(now, loginKey, spent); t.admission != access.Admitted {
		return nil
	}
	id, err := secret.NewPublicID(a.random, "t")
	if err != nil {
		return fmt.Errorf("name an attempt: %w", err)
	}
	t.lease = access.Lease{ID: id, LoginKey: loginKey, At: now}
	counted, err := tx.ReserveAttempt(ctx, t.account.Key, counts.Ceiling(), t.lease)
	if err != nil {
		return fmt.Errorf("count an attempt at %s: %w", t.account.Login, err)
	}
	if !counted {
		t.admission = access.WaitInLine
	}
	return nil
}

// errInFlight rolls back the transaction of an attempt that must wait, so that
// looking again and again writes nothing to the disk.
var errInFlight = errors.New("attempts in flight")

// inLine runs try until it no longer has to wait for attempts in flight, for
// waitAtMost in all, the time that the store takes included.
func (a *App) inLine(ctx context.Context, try func(tx store.Tx) (access.Admission, error)) error {
	giveUp := time.NewTimer(waitAtMost)
	defer giveUp.Stop()
	for {
		err := a.store.Update(ctx, func(tx store.Tx) error {
			admission, err := try(tx)
			if err == nil && admission == access.WaitInLine {
				return errInFlight
			}
			return err
		})
		if !errors.Is(err, errInFlight) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-giveUp.C:
			return attemptsInFlight("PIN")
		case <-time.After(waitStep):
		}
	}
}

func attemptsInFlight(typed string) error {
	return &access.Error{
		Kind: access.ErrBusy, Code: "attempts_in_flight",
		Text: fmt.Sprintf("judge the %s: other attempts at this account are being judged", typed),
		Hint: "try again in a moment",
	}
}

// judge compares a typed PIN with the sealed one, or does the same work where
// there is none. What cannot be a PIN costs the same and is wrong.
func (a *App) judge(t attempt, pin access.PIN) (bool, error) {
	if !t.credential.Set() || len(pin.Reveal()) > access.MaxTypedPIN {
		a.keys.VerifyDummy(a.hasher, access.NewPIN("0000"))
		return false, nil
	}
	right, err := a.keys.VerifyPIN(t.account.ID, secret.SealedPIN{KeyID: t.credential.KeyID, Blob: t.credential.Sealed}, pin)
	if err != nil {
		return false, fmt.Errorf("open the PIN of %s: %w", t.account.Login, err)
	}
	return right, nil
}

// settle records the outcome of an attempt and gives the counters after it.
// ok is false where the attempt no longer counts: it took too long, or a reset
// came between.
func (c *change) settle(ctx context.Context, t attempt, right bool) (counts access.Attempts, ok bool, err error) {
	if counts, err = c.Attempts(ctx, t.account.Key); err != nil {
		return counts, false, fmt.Errorf("read the attempts at %s: %w", t.account.Login, err)
	}
	counts.Sweep(c.now)
	ok = counts.Settle(t.lease.ID, right, c.now)
	if err := c.PutAttempts(ctx, t.account.Key, counts); err != nil {
		return counts, false, fmt.Errorf("store the attempts at %s: %w", t.account.Login, err)
	}
	return counts, ok, nil
}

// settled stores what came of a judged attempt, and once more where the store was
// busy for longer than a change waits: an attempt without an outcome counts as
// wrong, the right PIN too.
func settled(store func() error) error {
	err := store()
	if errors.Is(err, access.ErrBusy) {
		err = store()
	}
	return err
}

// release takes an attempt back that could not be judged because the sealed
// PIN did not open: damage must not lock its owner out.
func (a *App) release(ctx context.Context, t attempt) error {
	return a.store.Update(ctx, func(tx store.Tx) error {
		counts, err := tx.Attempts(ctx, t.account.Key)
		if err != nil {
			return fmt.Errorf("read the attempts at %s: %w", t.account.Login, err)
		}
		counts.Release(t.lease.ID)
		if err := tx.PutAttempts(ctx, t.account.Key, counts); err != nil {
			return fmt.Errorf("store the attempts at %s: %w", t.account.Login, err)
		}
		return nil
	})
}

// subject gathers what a new PIN of the account is judged against: its policy,
// its own birth date and those of the students it answers for.
func (a *App) subject(ctx context.Context, tx store.Tx, account access.Account, p access.Policy) (pinrule.Subject, error) {
	s := pinrule.Subject{Min: p.PINMin, Max: p.PINMax, Now: a.clock()}
	students, err := tx.Students(ctx, account.Key)
	if err != nil {
		return s, fmt.Errorf("read the students of %s: %w", account.Login, err)
	}
	for _, key := range append([]int64{account.Key}, students...) {
		date, err := a.birthDate(ctx, tx, key)
		if err != nil {
			return s, err
		}
		if !date.IsZero() {
			s.BirthDates = append(s.BirthDates, date)
		}
	}
	return s, nil
}

func (a *App) birthDate(ctx context.Context, tx store.Tx, key int64) (access.Date, error) {
	sealed, err := tx.BirthDate(ctx, key)
	if err != nil || sealed.Blob == nil {
		return access.Date{}, err
	}
	account, err := tx.AccountByKey(ctx, key)
	if err != nil {
		return access.Date{}, fmt.Errorf("read account %d: %w", key, err)
	}
	date, err := a.keys.OpenDate(account.ID, secret.Sealed(sealed))
	if err != nil {
		return access.Date{}, fmt.Errorf("open the birth date of %s: %w", account.Login, err)
	}
	return date, nil
}
