package cmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/store"
)

func newAccountShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "show LOGIN",
		Short: "Show one account: can this person get in, and what stops them?",
		Long: `Show one account on a page: who it is, whether the person gets in, with the
command that lifts each obstacle, the state of the PIN, the recognized devices,
the last logins and the open alerts. Birth dates are never shown.`,
		Example: `  pinward account show lea.martin
  pinward account show lea.martin -o json`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.accountShow(c.Context(), args[0]) },
	}
}

func (s *session) accountShow(ctx context.Context, login string) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	if format != render.Table && format != render.JSON && format != render.JSONL {
		return access.Usage(fmt.Sprintf("account show: a page is no %s", strings.ToUpper(string(format))), "use -o json, or pinward account list -o "+string(format))
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	page, err := a.Account(ctx, s.Operator, login)
	if err != nil {
		return err
	}
	if format == render.Table {
		return s.write(func(w io.Writer) error { return s.writeAccountPage(w, page) })
	}
	object, err := s.accountJSON(page)
	if err != nil {
		return err
	}
	return s.writeJSON(object)
}

// accountJSON gives the page as one object: what lists show of the account, and
// beside it what lists show of its PIN, devices and logins.
func (s *session) accountJSON(p app.AccountPage) (map[string]any, error) {
	object := map[string]any{
		"status_reason":           orNil(p.Account.StatusReason),
		"imported":                p.Account.Imported,
		"open_alerts":             p.OpenAlerts,
		"sessions":                p.Sessions,
		"login_pass_until":        timeOrNil(p.PassUntil),
		"password_change_advised": p.Account.PasswordChangeAdvised(s.Now()),
		"guardians":               append([]string{}, p.Guardians...),
		"students":                append([]string{}, p.Students...),
		"protection_imposed":      p.Policy.ImposedAt(s.Now()),
		"allowed_protections":     protectionTexts(p.Policy.AllowedFor(p.Account)),
	}
	account, err := objectOf(s, accountColumns(), rowOf(p))
	if err != nil {
		return nil, err
	}
	for key, value := range account {
		object[key] = value
	}
	if object["pin_status"], err = objectOf(s, pinStatusColumns(), p.PIN); err != nil {
		return nil, err
	}
	if object["verdicts"], err = arrayOf(s, lineColumns(), p.Verdicts); err != nil {
		return nil, err
	}
	if object["device_list"], err = arrayOf(s, deviceColumns(), p.Devices); err != nil {
		return nil, err
	}
	object["last_logins"], err = arrayOf(s, loginColumns(), p.Logins)
	return object, err
}

// rowOf gives the account as lists show it.
func rowOf(p app.AccountPage) store.AccountRow {
	row := store.AccountRow{Account: p.Account, PINSet: p.PIN.Set, Devices: p.DeviceCount}
	for _, login := range p.Logins {
		if login.State == access.LoginPassed && row.LastLoginAt.IsZero() {
			row.LastLoginAt = login.StartedAt
		}
	}
	return row
}
