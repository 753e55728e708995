package app

import (
	"context"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/store"
)

// scopeSchools gives the schools that a listing may show: the named ones, or
// all that the operator is scoped to; nil, which means every school, for an
// operator without a scope who named none. A foreign school reads like an
// absent one.
func scopeSchools(ctx context.Context, tx store.Tx, by access.Operator, codes []string) ([]string, error) {
	if len(codes) == 0 {
		return slices.Clone(by.Schools), nil
	}
	for _, code := range codes {
		if _, err := findSchool(ctx, tx, by, code); err != nil {
			return nil, err
		}
	}
	return slices.Clone(codes), nil
}

// narrowed gives what a query is narrowed to: the key of the account and
// the schools that it names, within the operator's; 0 and nil are all.
func narrowed(ctx context.Context, tx store.Tx, by access.Operator, action Action, login, school string) (accountKey int64, schools []string, err error) {
	if login != "" {
		account, err := findAccount(ctx, tx, by, action, login)
		if err != nil {
			return 0, nil, err
		}
		accountKey = account.Key
	}
	var named []string
	if school != "" {
		named = []string{school}
	}
	schools, err = scopeSchools(ctx, tx, by, named)
	return accountKey, schools, err
}

// findSchool loads the school that a user named by code, if the operator's
// scope holds it.
func findSchool(ctx context.Context, tx store.Tx, by access.Operator, code string) (access.School, error) {
	if !by.MayReach([]string{code}) || access.CheckSchoolCode(code) != nil {
		return access.School{}, access.NotFound("school", shortened(code))
	}
	s, err := tx.School(ctx, code)
	if err != nil {
		return access.School{}, notFoundAs(err, "school", code)
	}
	return s, nil
}

// authorizeWhole refuses operators who are scoped to schools where an action
// concerns all of them.
func authorizeWhole(by access.Operator, action Action) error {
	if by.Schools == nil {
		return nil
	}
	return &access.Error{
		Kind: access.ErrForbidden, Code: "forbidden",
		Text: fmt.Sprintf("%s: not allowed for an operator of single schools", action),
		Hint: "ask an administrator of all schools",
	}
}

// reachable lists the schools that exist and that the operator's scope holds,
// by code.
func reachable(ctx context.Context, tx store.Tx, by access.Operator) ([]access.School, error) {
	schools, err := tx.Schools(ctx)
	if err != nil {
		return nil, fmt.Errorf("list schools: %w", err)
	}
	return slices.DeleteFunc(schools, func(s access.School) bool { return !by.MayReach([]string{s.Code}) }), nil
}

// memberships checks the schools that an account is to belong to, home first;
// none means the only school there is. Of what the account belongs to already,
// schools outside the operator's scope stay, in front where one of them is home.
func (c *change) memberships(ctx context.Context, codes, held []string) ([]string, error) {
	schools, err := reachable(ctx, c.Tx, c.by)
	if err != nil {
		return nil, err
	}
	if len(codes) == 0 {
		if len(schools) != 1 {
			return nil, access.Refused("school_missing", "account: no school given, and there is not exactly one", "give --school CODE")
		}
		codes = []string{schools[0].Code}
	}
	var wanted []string
	for _, code := range codes {
		if !slices.ContainsFunc(schools, func(s access.School) bool { return s.Code == code }) {
			return nil, access.Refused("school_unknown", fmt.Sprintf("school %q: unknown", shortened(code)),
				"see `pinward school list`, or add it with `pinward school add`")
		}
		if !slices.Contains(wanted, code) {
			wanted = append(wanted, code)
		}
	}
	foreign := slices.DeleteFunc(slices.Clone(held), func(code string) bool { return c.by.MayReach([]string{code}) })
	if len(foreign) > 0 && held[0] == foreign[0] {
		return append(foreign, wanted...), nil
	}
	return append(wanted, foreign...), nil
}
