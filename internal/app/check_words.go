package app

import (
	"cmp"
	"slices"
	"strings"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// unknownWord says what a row holds that pinward never writes.
func unknownWord(row any) string {
	switch v := row.(type) {
	case *access.School:
		return cmp.Or(refused("code", access.CheckSchoolCode(v.Code)), refused("language", access.CheckLang(v.Lang)))
	case *access.Portal:
		return portalWord(v)
	case *access.GateSession:
		return known("state", v.State, access.GateStates())
	case *access.Account:
		return accountWord(v)
	case *access.Policy:
		return policyWord(v)
	case *access.Device:
		return cmp.Or(known("kind", v.Kind, access.Kinds()), known("proof", v.Proof, access.Proofs()))
	case *access.Login:
		return cmp.Or(
			known("state", v.State, access.LoginStates()), known("decision", v.Decision, access.Decisions()),
			known("reason", v.Reason, access.Reasons()), known("token", decide.Recognition(v.Token), append(decide.Recognitions(), "")), // nobody's, or imported: not judged
		)
	case *access.Page:
		return pageWord(v)
	case *access.Alert:
		return cmp.Or(
			known("kind", v.Kind, access.AlertKinds()), known("severity", v.Severity, access.Severities()),
			known("state", v.State, access.AlertStates()),
		)
	case *access.Notice:
		return cmp.Or(known("kind", v.Kind, access.NoticeKinds()), known("state", v.State, access.NoticeStates()), known("language", v.Lang, []string{"fr", "en"}))
	case *access.AuditRecord:
		return cmp.Or(known("role", v.Role, access.Roles()), known("result", v.Result, access.AuditResults()))
	}
	return ""
}

func accountWord(a *access.Account) string {
	if a.HomeSchool() == "" {
		return "it belongs to no school"
	}
	return cmp.Or(
		known("profile", a.Profile, access.Profiles()), known("status", a.Status, access.Statuses()),
		known("protection", a.Protection, access.Protections()), known("language", a.Lang, []string{"", "fr", "en"}),
	)
}

func portalWord(p *access.Portal) string {
	text := refused("name", access.CheckPortalName(p.Name))
	for _, scope := range p.Scopes {
		text = cmp.Or(text, known("scope", scope, access.Scopes()))
	}
	for _, u := range p.ReturnURLs {
		text = cmp.Or(text, refused("return address", access.CheckReturnURL(u)))
	}
	if p.IdentityHeader != "" {
		text = cmp.Or(text, refused("identity header", access.CheckIdentityHeader(p.IdentityHeader)))
	}
	return text
}

func pageWord(p *access.Page) string {
	text := cmp.Or(known("kind", p.Kind, access.PageKinds()), refused("state", access.CheckState(p.State)))
	if p.ReturnURL == "" {
		return text
	}
	return cmp.Or(text, refused("return address", access.CheckReturnURL(p.ReturnURL)))
}

func policyWord(p *access.Policy) string {
	text := known("profile", p.Profile, access.Profiles())
	for _, allowed := range append([]access.Protection{p.Default}, p.Allowed...) {
		text = cmp.Or(text, known("protection", allowed, access.Protections()))
	}
	return text
}

func known[T comparable](what string, word T, all []T) string {
	if slices.Contains(all, word) {
		return ""
	}
	return "its " + what + " is unknown"
}

func refused(what string, err error) string {
	if err == nil {
		return ""
	}
	return "its " + what + " is unknown"
}

// profileOf gives the profile that a policy's row is named by.
func profileOf(row store.Row) access.Profile {
	name, _, _ := strings.Cut(row.Name, " ")
	return access.Profile(name)
}
