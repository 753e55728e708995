package store

import (
	"context"

	"pinward/internal/access"
)

// Pages are the visits of pinward's own pages. A page goes with its login.
type Pages interface {
	PageByLink(ctx context.Context, linkHash []byte) (access.Page, error)
	PageByBrowser(ctx context.Context, browserHash []byte) (access.Page, error)
	// PageByCode gives the one whose code is out.
	PageByCode(ctx context.Context, codeHash []byte) (access.Page, error)
	// LoginPage gives the page that a login's PIN is entered on, and a zero Page
	// where the portal asks for it itself.
	LoginPage(ctx context.Context, loginKey int64) (access.Page, error)
	PutPage(ctx context.Context, p *access.Page) error
}
