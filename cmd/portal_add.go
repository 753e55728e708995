package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
)

type portalAddOptions struct {
	Name       string
	Scopes     []string
	Schools    []string
	ReturnURLs []string
	Networks   []string
	UIDs       []uint

	IdentityHeader string
}

func newPortalAdd(s *session) *cobra.Command {
	var opts portalAddOptions
	c := &cobra.Command{
		Use:   "add NAME --scope SCOPE --school CODE",
		Short: "Let a program run logins, and show its key once",
		Long: `Let a program run logins of the accounts of some schools, and show its key. The
key is shown once, here, and stored only as a hash.

A scope says what the program may do:
  login      run logins, open account pages, read notices
  recognize  ask whether a device is recognized, and no more
  gate       ask for a reverse proxy, and tell who is logged in
  compat     the contracts of LemonLDAP::NG and privacyIDEA
  radius     judge a PIN for a RADIUS server

With --cidr the program is believed from these addresses alone. Programs of the
scopes compat and radius that can send no key are believed by their address.
A gate needs the --return-url of each application's callback: requests are asked
about and browsers sent back on the hosts of these alone. See docs/gate.md.

With --uid a program of that user needs no key on the portals' own socket.`,
		Example: `  pinward portal add ent --scope login --school 0750001A --return-url https://ent.example/pin/back
  pinward portal add radius1 --scope radius --school 0750001A --cidr 10.0.0.5
  pinward portal add notes --scope gate --school 0750001A --return-url https://notes.example/_pin/callback
  pinward portal add llng --scope compat --scope recognize --school 0750001A -o json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Name = args[0]
			return s.portalAdd(c.Context(), opts)
		},
	}
	c.Flags().StringArrayVar(&opts.Scopes, "scope", nil, "what it may do, as `SCOPE`: login, recognize, gate, compat or radius; repeat for more")
	c.Flags().StringArrayVar(&opts.Schools, "school", nil, "the school of that `CODE` whose accounts it logs in; repeat for more")
	c.Flags().StringArrayVar(&opts.ReturnURLs, "return-url", nil, "the `URL` that a page sends the browser back to, whole; repeat for more")
	c.Flags().StringArrayVar(&opts.Networks, "cidr", nil, "the `CIDR` that it calls from; repeat for more")
	c.Flags().StringVar(&opts.IdentityHeader, "identity-header", "", "the `HEADER` in which a gate's proxy says who is logged in (default "+access.DefaultIdentityHeader+")")
	c.Flags().UintSliceVar(&opts.UIDs, "uid", nil, "the `UID` of the user that it runs as on this machine; repeat for more")
	complete(c, "scope", plain(access.Scopes())...)
	s.completeSchools(c, "school")
	return c
}

func (o portalAddOptions) portal() (access.Portal, error) {
	p := access.Portal{Name: o.Name, Schools: o.Schools, ReturnURLs: o.ReturnURLs, IdentityHeader: o.IdentityHeader}
	for _, text := range o.Scopes {
		scope, err := access.ParseScope(text)
		if err != nil {
			return p, err
		}
		p.Scopes = append(p.Scopes, scope)
	}
	for _, text := range o.Networks {
		network, err := access.ParseCIDR(text)
		if err != nil {
			return p, err
		}
		p.Networks = append(p.Networks, network)
	}
	for _, uid := range o.UIDs {
		if uint64(uid) > uint64(^uint32(0)) {
			return p, access.Usage("--uid: not a user's number", "see: id -u NAME")
		}
		p.UIDs = append(p.UIDs, uint32(uid))
	}
	return p, nil
}

func (s *session) portalAdd(ctx context.Context, opts portalAddOptions) error {
	portal, err := opts.portal()
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	if err := s.checkOutput(); err != nil {
		return err
	}
	made, err := a.AddPortal(ctx, s.Operator, portal)
	if err != nil {
		return err
	}
	if err := s.madePortal(made, "added"); err != nil {
		return fmt.Errorf("the portal is added, but its key was not shown; give it another by portal rotate: %w", err)
	}
	if len(made.Mistakable) > 0 {
		s.warn("%s", mistakableText(made.Portal.Name, made.Mistakable))
	}
	return nil
}

// mistakableText says what comes of portals that cannot be told apart.
func mistakableText(name string, others []string) string {
	return fmt.Sprintf("a call without a key may come from portal %s or from %s, and is refused", name, strings.Join(others, ", "))
}
