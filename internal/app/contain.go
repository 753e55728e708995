package app

import (
	"context"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/store"
)

// Contain names the accounts that somebody else is found, or feared, to use: that
// of an alert, Logins, or every usable account of a group or school.
type Contain struct {
	Alert   string // number; empty: no alert is named
	Logins  []string
	Group   string
	School  string
	Suspend bool // bar them as well
	Bulk    bool // a file, group or school was named
	Reason  string
}

func (r Contain) choice() choice {
	return choice{action: AlertsRespond, verb: "contain", logins: r.Logins, group: r.Group, school: r.School, bulk: r.Bulk}
}

// PlanContain lists the accounts that Contain would touch, and the errors of
// those it would not.
func (a *App) PlanContain(ctx context.Context, by access.Operator, req Contain) ([]ResetItem, error) {
	req, err := a.accountOfAlert(ctx, by, req)
	if err != nil {
		return nil, err
	}
	return a.plan(ctx, by, req.choice())
}

// accountOfAlert names the account of the alert in its place.
func (a *App) accountOfAlert(ctx context.Context, by access.Operator, req Contain) (Contain, error) {
	if req.Alert == "" {
		return req, nil
	}
	err := a.read(ctx, by, AlertsRespond, func(tx store.Tx) error {
		row, err := findAlert(ctx, tx, by, AlertsRespond, req.Alert)
		if err == nil && row.AccountKey == 0 {
			err = aboutNobody(req.Alert)
		}
		req.Logins = []string{row.Login}
		return err
	})
	req.Alert = ""
	return req, err
}

// aboutNobody refuses an answer that is about an account.
func aboutNobody(number string) error {
	return access.Refused("alert_without_account", fmt.Sprintf("alert %s: it is about a school, not about an account", number), "acknowledge it: pinward alerts ack "+number)
}

// Contain takes the PINs and all trust away, so that whoever knows password and
// PIN is out, and closes the alerts: all in one transaction. The owners get
// set-up codes unless their accounts are suspended, and are told, as is each
// school.
func (a *App) Contain(ctx context.Context, by access.Operator, req Contain) ([]ResetItem, error) {
	reason, err := requiredReason(req.Reason, "contain an incident")
	if err != nil {
		return nil, err
	}
	if req, err = a.accountOfAlert(ctx, by, req); err != nil {
		return nil, err
	}
	var items []ResetItem
	err = a.change(ctx, by, AlertsRespond, func(c *change) error {
		targets, err := chosenAccounts(ctx, c.Tx, by, req.choice())
		if err != nil {
			return err
		}
		c.note("reason", reason)
		c.note("suspended", req.Suspend)
		closed, contained := 0, map[string][]string{} // logins by home school
		items, err = c.each(targets, func(account access.Account) (ResetItem, error) {
			contained[account.HomeSchool()] = append(contained[account.HomeSchool()], account.Login)
			item, err := c.contain(ctx, account, req.Suspend, reason)
			closed += item.Alerts
			return item, err
		})
		if err != nil {
			return err
		}
		c.note("alerts_closed", closed)
		return c.tellContained(ctx, contained, reason)
	})
	return items, err
}

func (c *change) contain(ctx context.Context, account access.Account, suspend bool, reason string) (ResetItem, error) {
	old, err := c.Credential(ctx, account.Key)
	if err != nil {
		return ResetItem{}, fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	ended, err := c.endTrust(ctx, account, "the account was contained")
	if err != nil {
		return ResetItem{}, err
	}
	account.PasswordAdvisedAt, account.AuditSeq = c.now, c.seq
	if suspend {
		account.Status, account.StatusReason, account.UpdatedAt = access.Suspended, reason, c.now
	}
	if err := c.PutAccount(ctx, &account); err != nil {
		return ResetItem{}, fmt.Errorf("store account %s: %w", account.Login, err)
	}
	if err := c.clearPIN(ctx, account, old); err != nil {
		return ResetItem{}, err
	}
	if err := c.PutAttempts(ctx, account.Key, access.Attempts{}); err != nil {
		return ResetItem{}, fmt.Errorf("reset the attempts at %s: %w", account.Login, err)
	}
	item := ResetItem{Login: account.Login, Name: account.Name(), Group: account.Group, Ended: ended}
	if !suspend {
		if item.Code, item.ExpiresAt, err = c.newCode(ctx, account, CodeValidOne); err != nil {
			return ResetItem{}, err
		}
	}
	if item.Alerts, err = c.closeAlerts(ctx, account, reason); err != nil {
		return ResetItem{}, err
	}
	return item, c.notify(ctx, account, access.Notice{Kind: access.NoticeContained, Facts: access.NoticeFacts{
		By: string(c.by.Role), Reason: reason, Suspended: account.Status == access.Suspended,
	}})
}

// closeAlerts closes what is open or disputed; what was acknowledged keeps its
// answer.
func (c *change) closeAlerts(ctx context.Context, account access.Account, reason string) (int, error) {
	open, err := c.Tx.Alerts(ctx, store.AlertFilter{
		AccountKey: account.Key, States: []access.AlertState{access.AlertOpen, access.AlertDisputed},
	})
	if err != nil {
		return 0, fmt.Errorf("list the alerts of %s: %w", account.Login, err)
	}
	for _, row := range open {
		if err := c.answer(ctx, row.Alert, access.AlertClosed, reason); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}

// answer stores what a person said of an alert.
func (c *change) answer(ctx context.Context, alert access.Alert, state access.AlertState, reason string) error {
	alert.State, alert.AnsweredAt, alert.AnsweredBy, alert.Answer, alert.AuditSeq = state, c.now, c.by.ID, reason, c.seq
	if err := c.PutAlert(ctx, &alert); err != nil {
		return fmt.Errorf("answer alert %d: %w", alert.Key, err)
	}
	return nil
}

// tellContained tells each school once, however many of its accounts it is.
func (c *change) tellContained(ctx context.Context, contained map[string][]string, reason string) error {
	for _, code := range sortedKeys(contained) {
		school, err := c.School(ctx, code)
		if err != nil {
			return fmt.Errorf("read school %s: %w", code, err)
		}
		logins := contained[code]
		slices.Sort(logins)
		facts := access.NoticeFacts{By: string(c.by.Role), Reason: reason, Count: len(logins)}
		if len(logins) == 1 {
			facts.Login = logins[0]
		}
		if err := c.notifySchool(ctx, school, access.Notice{Kind: access.NoticeContained, Facts: facts}); err != nil {
			return err
		}
	}
	return nil
}
