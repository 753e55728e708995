package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// An accountPlan is a change to an account and what stands beside it, compared
// with what is stored.
type accountPlan struct {
	after     access.Account
	birthDate *access.Date // nil: stays
	students  *[]int64     // nil: stay
	fields    []string     // what differs, by name
	oldEmail  string       // where after has another
}

// planAccount compares an account, which is new where its Key is 0, with what
// it shall be. Who is no guardian any more answers for no students.
func (c *change) planAccount(ctx context.Context, before, after access.Account, born *access.Date, students *[]int64) (accountPlan, error) {
	p := accountPlan{after: after, fields: accountFields(before, after)}
	if before.Email != after.Email {
		p.oldEmail = before.Email
		c.readdress(before, &p.after)
	}
	if before.Profile == access.Guardian && after.Profile != access.Guardian {
		students = &[]int64{}
	}
	if born != nil {
		if err := c.planBirthDate(ctx, &p, *born); err != nil {
			return p, err
		}
	}
	if students != nil {
		held, err := c.heldStudents(ctx, after)
		if err != nil {
			return p, err
		}
		if !slices.Equal(held, *students) {
			p.students, p.fields = students, append(p.fields, "students")
		}
	}
	return p, nil
}

func (c *change) planBirthDate(ctx context.Context, p *accountPlan, born access.Date) error {
	today := access.DateOf(c.now)
	if !born.IsZero() && (born.Year < 1900 || today.String() < born.String()) {
		return access.Refused("birth_date_invalid", "birth date: before 1900 or after today", "write it as YYYY-MM-DD")
	}
	held := access.Date{}
	if p.after.Key != 0 {
		var err error
		if held, err = openBirthDate(ctx, c.app.keys, c.Tx, p.after); err != nil {
			return err
		}
	}
	if held != born {
		p.birthDate, p.fields = &born, append(p.fields, "birth_date")
	}
	return nil
}

// openBirthDate gives an account's birth date, zero where none is kept.
func openBirthDate(ctx context.Context, keys *secret.Keyring, tx store.Tx, a access.Account) (access.Date, error) {
	sealed, err := tx.BirthDate(ctx, a.Key)
	if err != nil {
		return access.Date{}, fmt.Errorf("read the birth date of %s: %w", a.Login, err)
	}
	if sealed.Blob == nil {
		return access.Date{}, nil
	}
	born, err := keys.OpenDate(a.ID, secret.Sealed(sealed))
	if err != nil {
		return access.Date{}, fmt.Errorf("open the birth date of %s: %w", a.Login, err)
	}
	return born, nil
}

func (c *change) heldStudents(ctx context.Context, a access.Account) ([]int64, error) {
	if a.Key == 0 {
		return nil, nil
	}
	held, err := c.Students(ctx, a.Key)
	if err != nil {
		return nil, fmt.Errorf("read the students of %s: %w", a.Login, err)
	}
	return held, nil
}

// putPlanned stores what a plan holds and sets the account's Key.
func (c *change) putPlanned(ctx context.Context, p *accountPlan) error {
	p.after.UpdatedAt, p.after.AuditSeq = c.now, c.seq
	if err := c.PutAccount(ctx, &p.after); err != nil {
		return fmt.Errorf("store account %s: %w", p.after.Login, err)
	}
	if p.birthDate != nil {
		if err := c.putBirthDate(ctx, p.after, *p.birthDate); err != nil {
			return err
		}
	}
	if p.students != nil {
		if err := c.PutStudents(ctx, p.after.Key, *p.students); err != nil {
			return fmt.Errorf("store the students of %s: %w", p.after.Login, err)
		}
	}
	if p.oldEmail == "" {
		return nil
	}
	return c.notify(ctx, p.after, access.Notice{
		Kind: access.NoticeEmailChanged, Address: p.oldEmail, Facts: access.NoticeFacts{By: string(c.by.Role)},
	})
}

// readdress notes that an account has another mail address than before: it is
// as yet neither trusted nor known to fail.
func (c *change) readdress(before access.Account, after *access.Account) {
	after.MailFailedAt = time.Time{}
	if before.Email != "" || !before.EmailChangedAt.IsZero() {
		after.EmailChangedAt = c.now
	}
}

// putBirthDate seals a birth date for its account and stores it; a zero one
// takes away what is stored.
func (c *change) putBirthDate(ctx context.Context, a access.Account, born access.Date) error {
	var sealed secret.Sealed
	if !born.IsZero() {
		var err error
		if sealed, err = c.app.keys.SealDate(c.app.random, a.ID, born); err != nil {
			return fmt.Errorf("seal the birth date of %s: %w", a.Login, err)
		}
	}
	if err := c.PutBirthDate(ctx, a.Key, access.Sealed(sealed)); err != nil {
		return fmt.Errorf("store the birth date of %s: %w", a.Login, err)
	}
	return nil
}

// accountFields names the fields in which two states of an account differ.
func accountFields(before, after access.Account) []string {
	return differing(
		field{"login", before.Login != after.Login},
		field{"name", before.FamilyName != after.FamilyName || before.GivenName != after.GivenName},
		field{"profile", before.Profile != after.Profile},
		field{"schools", !slices.Equal(before.Schools, after.Schools)},
		field{"group", before.Group != after.Group},
		field{"email", before.Email != after.Email},
		field{"external_id", before.ExternalID != after.ExternalID},
		field{"lang", before.Lang != after.Lang},
		field{"ends_on", before.EndsOn != after.EndsOn},
		field{"status", before.Status != after.Status},
	)
}
