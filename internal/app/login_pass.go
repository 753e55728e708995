package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// PassFor is how long a pass is good unless it is said otherwise.
const PassFor = 20 * time.Minute

// GivePass lets the next login of an account from a device that is not
// recognized pass without its PIN, once, within valid (0: PassFor). A new pass
// takes the place of one that is out.
func (a *App) GivePass(ctx context.Context, by access.Operator, login string, valid time.Duration, reason string) (access.LoginPass, error) {
	if valid == 0 {
		valid = PassFor
	}
	if valid < 0 || valid > access.MaxLoginPass {
		return access.LoginPass{}, access.Usage("login pass: a pass cannot be good for so long", "at most 60m")
	}
	var pass access.LoginPass
	err := a.change(ctx, by, LoginPassGive, func(c *change) error {
		account, err := c.account(ctx, login)
		if err != nil {
			return err
		}
		if reason, err = requiredReason(reason, "give "+account.Login+" a pass"); err != nil {
			return err
		}
		if err := c.mayPass(ctx, account); err != nil {
			return err
		}
		pass = access.LoginPass{
			AccountKey: account.Key, CreatedAt: c.now, CreatedBy: by.ID, Reason: reason,
			ExpiresAt: c.now.Add(valid), AuditSeq: c.seq,
		}
		c.targetAccount(account)
		c.note("reason", reason)
		c.note("expires_at", pass.ExpiresAt)
		if err := c.PutLoginPass(ctx, pass); err != nil {
			return fmt.Errorf("store the pass of %s: %w", account.Login, err)
		}
		return c.notify(ctx, account, access.Notice{Kind: access.NoticeLoginPass, Facts: access.NoticeFacts{
			Until: pass.ExpiresAt, By: string(by.Role), Reason: reason,
		}})
	})
	return pass, err
}

// mayPass refuses where a pass would not be taken: nobody is to think that it
// was given.
func (c *change) mayPass(ctx context.Context, account access.Account) error {
	what := fmt.Sprintf("give %s a pass: ", account.Login)
	facts, _, err := c.app.facts(ctx, c.Tx, account, c.now)
	switch {
	case err != nil:
		return err
	case !account.Usable(c.now, facts.Location):
		return access.Refused("account_not_active", what+"the account is suspended, archived or past its last day", "see: pinward account show "+account.Login)
	case facts.Credential.Cleared():
		return access.Refused("setup_code_required", what+"its PIN was reset, so that a set-up code is needed", "hand out a new one: pinward pin reset "+account.Login)
	case account.PasswordChangeAdvised(c.now):
		return access.Refused("password_known", what+"somebody else may know its password", "have the password changed in the portal first")
	}
	return nil
}

// passOut puts the end of a good pass into what a login is decided on.
func (a *App) passOut(ctx context.Context, tx store.Tx, f *decide.Facts) error {
	if f.Recognition == decide.Recognized {
		return nil
	}
	pass, err := tx.LoginPass(ctx, f.Account.Key)
	if err != nil {
		return fmt.Errorf("read the pass of %s: %w", f.Account.Login, err)
	}
	if pass.Good(f.Now) {
		f.PassUntil = pass.ExpiresAt
	}
	return nil
}

// spendPass takes away the pass by which a login passed.
func (c *change) spendPass(ctx context.Context, s session) error {
	if s.login.Reason != access.ReasonLoginPass {
		return nil
	}
	if _, err := c.DeleteLoginPass(ctx, s.facts.Account.Key); err != nil {
		return fmt.Errorf("spend the pass of %s: %w", s.facts.Account.Login, err)
	}
	return nil
}
