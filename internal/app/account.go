package app

import (
	"context"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// A NewAccount is an account to be added. Login, Name and Profile are needed.
type NewAccount struct {
	Login      string
	Name       string // "Family, Given"
	Profile    access.Profile
	Schools    []string // codes, home first; none: the only school there is
	Group      string
	Email      string
	BirthDate  access.Date
	ExternalID string
	Lang       string
	EndsOn     access.Date
	Students   []string // logins, for a guardian
}

// An AccountUpdate says what to change of an account; nil fields stay. A zero
// date takes the date away.
type AccountUpdate struct {
	Login      *string
	Name       *string
	Profile    *access.Profile
	Schools    *[]string
	Group      *string
	Email      *string
	BirthDate  *access.Date
	ExternalID *string
	Lang       *string
	EndsOn     *access.Date
	Students   *[]string
}

// An AccountChange is what came of a change to one account.
type AccountChange struct {
	Account access.Account // as it is now
	Changed bool
	Fields  []string // what differs, by name
	Ended   Ended
}

// AddAccount stores a new account, active and with nothing chosen yet.
func (a *App) AddAccount(ctx context.Context, by access.Operator, n NewAccount) (access.Account, error) {
	var added access.Account
	err := a.change(ctx, by, AccountAdd, func(c *change) error {
		id, err := secret.NewPublicID(a.random, "a")
		if err != nil {
			return fmt.Errorf("make an account's id: %w", err)
		}
		fresh := access.Account{ID: id, Status: access.Active, Protection: access.NotChosen, CreatedAt: c.now}
		done, err := c.updateAccount(ctx, fresh, n.update())
		if err != nil {
			return err
		}
		added = done.Account
		c.targetAccount(added)
		c.note("profile", string(added.Profile))
		c.note("schools", added.Schools)
		return nil
	})
	return added, err
}

// update gives the account as a change from nothing, so that adding and editing
// obey the same rules.
func (n NewAccount) update() AccountUpdate {
	u := AccountUpdate{
		Login: &n.Login, Name: &n.Name, Profile: &n.Profile, Schools: &n.Schools, Group: &n.Group,
		Email: &n.Email, ExternalID: &n.ExternalID, Lang: &n.Lang, EndsOn: &n.EndsOn,
	}
	if !n.BirthDate.IsZero() {
		u.BirthDate = &n.BirthDate
	}
	if len(n.Students) > 0 {
		u.Students = &n.Students
	}
	return u
}

// EditAccount changes the account of a login. An update that changes nothing
// leaves no record; the record names the fields, not what stands in them.
func (a *App) EditAccount(ctx context.Context, by access.Operator, login string, u AccountUpdate) (AccountChange, error) {
	var done AccountChange
	err := a.change(ctx, by, AccountEdit, func(c *change) error {
		before, err := c.account(ctx, login)
		if err != nil {
			return err
		}
		if done, err = c.updateAccount(ctx, before, u); err != nil {
			return err
		}
		if !done.Changed {
			c.nothing()
			return nil
		}
		c.targetAccount(done.Account)
		c.note("fields", done.Fields)
		if before.Login != done.Account.Login {
			c.note("old_login", before.Login)
		}
		return nil
	})
	return done, err
}

// updateAccount applies an update to an account, which is new where its Key is
// 0, and stores what differs.
func (c *change) updateAccount(ctx context.Context, before access.Account, u AccountUpdate) (AccountChange, error) {
	after, err := u.applied(before)
	if err != nil {
		return AccountChange{}, err
	}
	if u.Schools != nil {
		if after.Schools, err = c.memberships(ctx, *u.Schools, before.Schools); err != nil {
			return AccountChange{}, err
		}
	}
	students, err := c.studentKeys(ctx, after, u.Students)
	if err != nil {
		return AccountChange{}, err
	}
	p, err := c.planAccount(ctx, before, after, u.BirthDate, students)
	if err != nil || len(p.fields) == 0 {
		return AccountChange{Account: before}, err
	}
	if err := c.putPlanned(ctx, &p); err != nil {
		return AccountChange{}, err
	}
	return AccountChange{Account: p.after, Changed: true, Fields: p.fields}, nil
}

// applied gives the account with the update's fields in their stored form;
// schools, students and the birth date are the caller's to see to.
func (u AccountUpdate) applied(a access.Account) (access.Account, error) {
	var err error
	if u.Login != nil {
		if a.Login, err = access.NormalizeLogin(*u.Login); err != nil {
			return a, err
		}
	}
	if u.Name != nil {
		if a.FamilyName, a.GivenName, err = access.NormalizePersonName(*u.Name); err != nil {
			return a, err
		}
	}
	if u.Profile != nil {
		if a.Profile, err = access.ParseProfile(string(*u.Profile)); err != nil {
			return a, err
		}
	}
	if u.Email != nil {
		if a.Email, err = access.NormalizeEmail(*u.Email); err != nil {
			return a, err
		}
	}
	if u.Lang != nil && *u.Lang != "" {
		if err := access.CheckLang(*u.Lang); err != nil {
			return a, err
		}
	}
	set(&a.Lang, u.Lang)
	set(&a.EndsOn, u.EndsOn)
	return u.appliedTexts(a)
}

func (u AccountUpdate) appliedTexts(a access.Account) (access.Account, error) {
	var err error
	if u.Group != nil {
		if a.Group, err = access.NormalizeText("group", *u.Group, access.MaxText); err != nil {
			return a, err
		}
	}
	if u.ExternalID != nil {
		if a.ExternalID, err = access.NormalizeText("external id", *u.ExternalID, access.MaxText); err != nil {
			return a, err
		}
	}
	return a, nil
}

// studentKeys resolves the logins of a guardian's students; nil stays nil.
func (c *change) studentKeys(ctx context.Context, a access.Account, logins *[]string) (*[]int64, error) {
	if logins == nil {
		return nil, nil
	}
	if a.Profile != access.Guardian && len(*logins) > 0 {
		return nil, access.Refused("students_refused", "students: only a guardian answers for students", "leave them out, or make the account a guardian's")
	}
	keys := make([]int64, 0, len(*logins))
	for _, login := range *logins {
		student, err := c.account(ctx, login)
		if err != nil {
			return nil, fmt.Errorf("students: %w", err)
		}
		if student.Profile != access.Student {
			return nil, access.Refused("students_refused", fmt.Sprintf("students: %s is not a student", student.Login), "")
		}
		keys = append(keys, student.Key)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	return &keys, nil
}
