package sqlite

// A table is how EachRow reads one: by the fields that everything else reads
// its rows by.
type table struct {
	name    string
	keys    []string // the columns of its primary key
	row     string   // what a row is named by
	columns string
	from    string
	into    func() (value any, fields []any)
}

// everyTable lists all tables but audit_detail, which is read with audit.
func everyTable() []table {
	linked := func(key, other string) string { return key + ` || ' ' || ` + other }
	return []table{
		numbered("school", "s", "s.code", schoolColumns, as(schoolFields)),
		numbered("account", "a", `a.id || coalesce(' (' || a.login || ')', '')`, accountColumns, as(accountFields)),
		numbered("portal", "o", "o.name", portalColumns, as(portalFields)),
		{
			name: "portal_key", keys: []string{"k.id"}, row: "k.id", columns: portalKeyColumns,
			from: "portal_key k", into: as(portalKeyFields),
		},
		{
			name: "account_school", keys: []string{"m.account_id", "m.position"}, row: linked("m.account_id", "m.position"),
			columns: "m.school_id", from: "account_school m", into: as(itself[int64]),
		},
		{
			name: "account_student", keys: []string{"g.guardian_id", "g.student_id"}, row: linked("g.guardian_id", "g.student_id"),
			columns: "g.student_id", from: "account_student g", into: as(itself[int64]),
		},
		{
			name: "policy", keys: []string{"p.profile", "p.version"}, row: linked("p.profile", "p.version"),
			columns: policyColumns, from: "policy p", into: as(policyFields),
		},
		owned("birth_date", "b", "a.public_id, "+birthDateColumns, as(birthDateRowFields)),
		owned("pin", "p", "a.public_id, a.login, "+pinColumns, as(credentialRowFields)),
		owned("setup_code", "c", setupCodeColumns, as(setupCodeFields)),
		numbered("reset_code", "r", "r.id", resetCodeColumns, as(resetCodeFields)),
		owned("login_pass", "l", loginPassColumns, as(loginPassFields)),
		owned("attempt", "t", attemptColumns, as(attemptFields)),
		numbered("attempt_lease", "l", "l.id", leaseColumns, as(leaseFields)),
		numbered("attempt_wrong", "w", "w.id", "w.at", as(wrongFields)),
		numbered("device", "d", "d.public_id", deviceColumns, as(deviceFields)),
		numbered("login", "l", "l.id", loginColumns, as(loginFields)),
		numbered("page", "p", "p.id", pageColumns, as(pageFields)),
		numbered("gate_start", "g", "g.id", gateStartColumns, as(gateStartFields)),
		numbered("gate_session", "g", "g.id", gateSessionColumns, as(gateSessionFields)),
		numbered("kept_answer", "k", "k.id", keptAnswerColumns, as(keptAnswerFields)),
		numbered("alert", "t", "t.id", alertColumns, as(alertFields)),
		numbered("notice", "n", "n.public_id", noticeColumns, as(noticeFields)),
		{
			name: "audit", keys: []string{"u.seq"}, row: "u.seq", columns: auditColumns,
			from: "audit u LEFT JOIN audit_detail d ON d.seq = u.seq", into: as(auditFields),
		},
		{
			name: "cursor", keys: []string{"u.name"}, row: "u.name", columns: cursorColumns,
			from: "cursor u", into: as(cursorFields),
		},
		{
			name: "meta", keys: []string{"m.name"}, row: "m.name", columns: "m.value",
			from: "meta m", into: as(itself[[]byte]),
		},
	}
}

// numbered is a table whose key is its id.
func numbered(name, alias, row, columns string, into func() (any, []any)) table {
	return table{name: name, keys: []string{alias + ".id"}, row: row, columns: columns, from: name + " " + alias, into: into}
}

// owned is a table of at most one row an account, named by that where it still
// exists.
func owned(name, alias, columns string, into func() (any, []any)) table {
	key := alias + ".account_id"
	return table{
		name: name, keys: []string{key}, row: key + ` || coalesce(' (' || a.login || ')', '')`, columns: columns,
		from: name + " " + alias + " LEFT JOIN account a ON a.id = " + key, into: into,
	}
}

// as gives a variable of type T, and where a row's columns go in it.
func as[T any](fields func(*T) []any) func() (any, []any) {
	return func() (any, []any) {
		v := new(T)
		return v, fields(v)
	}
}
