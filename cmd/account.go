package cmd

import (
	"slices"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/store"
)

func newAccount(s *session) *cobra.Command {
	return group("account", "Create, import, see and end accounts",
		newAccountAdd(s), newAccountImport(s), newAccountList(s), newAccountShow(s), newAccountEdit(s),
		newAccountSuspend(s), newAccountRestore(s), newAccountArchive(s), newAccountSignOut(s),
		newAccountExport(s), newAccountErase(s))
}

// accountColumns shows an account everywhere; a birth date is never among them.
func accountColumns() []column[store.AccountRow] {
	type row = store.AccountRow
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.ID }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return r.Login }},
		{Key: "external_id", Title: "", Value: func(r row) any { return orNil(r.ExternalID) }},
		{Key: "name", Title: "NAME", Value: func(r row) any { return r.Name() }},
		{Key: "family_name", Title: "", Value: func(r row) any { return orNil(r.FamilyName) }},
		{Key: "given_name", Title: "", Value: func(r row) any { return orNil(r.GivenName) }},
		{Key: "profile", Title: "PROFILE", Whole: true, Spare: 1, Value: func(r row) any { return string(r.Profile) }},
		{Key: "school", Title: "SCHOOL", Whole: true, Spare: 2, Value: func(r row) any { return orNil(r.HomeSchool()) }},
		{Key: "schools", Title: "", Value: func(r row) any { return r.Schools }},
		{Key: "group", Title: "GROUP", Whole: true, Value: func(r row) any { return orNil(r.Group) }},
		{Key: "lang", Title: "", Value: func(r row) any { return orNil(r.Lang) }},
		{Key: "email", Title: "", Value: func(r row) any { return orNil(r.Email) }},
		{Key: "status", Title: "STATUS", Whole: true, Value: func(r row) any { return string(r.Status) }},
		{Key: "protection", Title: "PROTECTION", Whole: true, Spare: 3, Value: func(r row) any { return string(r.Protection) }},
		{Key: "pin_set", Title: "PIN", Value: func(r row) any { return r.PINSet }},
		{Key: "devices", Title: "DEVICES", Spare: 5, Value: func(r row) any { return r.Devices }},
		{Key: "ends_on", Title: "", Value: func(r row) any { return orNil(r.EndsOn.String()) }},
		{Key: "last_login_at", Title: "LAST LOGIN", Spare: 4, Value: func(r row) any { return r.LastLoginAt }},
		{Key: "created_at", Title: "", Value: func(r row) any { return r.CreatedAt }},
	}
}

// accountFlags are the flags that describe an account, for a new one and for a
// change.
type accountFlags struct {
	Name       string
	Profile    string
	Schools    []string
	Group      string
	Email      string
	BirthDate  string
	ExternalID string
	Lang       string
	Until      string
	Students   []string
}

func (f *accountFlags) add(c *cobra.Command, s *session) {
	c.Flags().StringVar(&f.Name, "name", "", "the person's `NAME`, such as \"Martin, Léa\": family name, given name")
	c.Flags().Var(newChoice(&f.Profile, profileNames()...), "profile", "the `PROFILE`: student, guardian, teacher, staff, management or external")
	c.Flags().StringArrayVar(&f.Schools, "school", nil, "a school's `CODE`, home first; repeat for more")
	c.Flags().StringVar(&f.Group, "group", "", "the class or group, as `TEXT`")
	c.Flags().StringVar(&f.Email, "email", "", "the mail `ADDRESS`")
	c.Flags().StringVar(&f.BirthDate, "birth-date", "", "the birth `DATE`, kept sealed and used only to refuse PINs made of it")
	c.Flags().StringVar(&f.ExternalID, "external-id", "", "the portal's immutable `ID` of the person")
	c.Flags().StringVar(&f.Lang, "lang", "", "`LANGUAGE` of pages and mails: fr or en; else the school's")
	c.Flags().StringVar(&f.Until, "until", "", "the last `DATE` of access, in the school's time zone")
	c.Flags().StringArrayVar(&f.Students, "student", nil, "the `LOGIN` of a student whom a guardian answers for; repeat for more")
	complete(c, "profile", profileNames()...)
	complete(c, "lang", "fr", "en")
	s.completeSchools(c, "school")
}

// dates reads the two dates; an empty one is none.
func (f *accountFlags) dates() (born, until access.Date, err error) {
	if born, err = dateFlag("--birth-date", f.BirthDate); err != nil {
		return born, until, err
	}
	until, err = dateFlag("--until", f.Until)
	return born, until, err
}

// dateFlag reads the day that a flag holds; an empty one is none.
func dateFlag(flag, text string) (access.Date, error) {
	if text == "" {
		return access.Date{}, nil
	}
	date, err := access.ParseDate(text)
	if err != nil {
		return date, access.Usage(flag+": not a day of the form YYYY-MM-DD", "write 2026-07-05 for 5 July 2026")
	}
	return date, nil
}

// filled drops empty values, so that a flag given as "" means none.
func filled(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
}
