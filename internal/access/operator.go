package access

import "slices"

// A Role says what an operator may do.
type Role string

// The roles.
const (
	RoleAdmin     Role = "admin"
	RolePrincipal Role = "principal"
	RoleHelpdesk  Role = "helpdesk"
	RoleReporter  Role = "reporter"
	RolePortal    Role = "portal" // a program that runs logins
	RoleUser      Role = "user"   // whoever's browser pinward's own pages are open in
)

// Roles lists all roles.
func Roles() []Role {
	return []Role{RoleAdmin, RolePrincipal, RoleHelpdesk, RoleReporter, RolePortal, RoleUser}
}

// An Operator is who acts: a person at the command line, later a portal or a
// person behind the socket.
type Operator struct {
	ID      string // public: "uid:1000", a portal's name
	Name    string
	Role    Role
	Schools []string // codes that the operator is scoped to; nil: all
	Claimed string   // who the person says to be, such as the one behind sudo
}

// MayReach reports whether the operator's scope holds at least one of schools.
func (o Operator) MayReach(schools []string) bool {
	if o.Schools == nil {
		return true
	}
	return slices.ContainsFunc(schools, func(s string) bool { return slices.Contains(o.Schools, s) })
}

// PageUser gives whoever's browser pinward's own pages are open in, as who acts.
// The browser's secret says which login and account that is for.
func PageUser() Operator { return Operator{ID: "page", Name: "page", Role: RoleUser} }
