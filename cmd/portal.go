package cmd

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
)

func newPortal(s *session) *cobra.Command {
	return group("portal", "Let programs run logins", newPortalAdd(s), newPortalList(s), newPortalRotate(s), newPortalRevoke(s))
}

// portalColumns shows a portal; its name is its public id.
func portalColumns() []column[access.Portal] {
	type row = access.Portal
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.Name }},
		{Key: "name", Title: "NAME", Whole: true, Value: func(r row) any { return r.Name }},
		{Key: "scopes", Title: "SCOPES", Value: func(r row) any { return plain(r.Scopes) }},
		{Key: "schools", Title: "SCHOOLS", Value: func(r row) any { return plain(r.Schools) }},
		{Key: "return_urls", Title: "RETURN ADDRESSES", Spare: 2, Value: func(r row) any { return plain(r.ReturnURLs) }},
		{Key: "networks", Title: "NETWORKS", Spare: 1, Value: func(r row) any { return prefixTexts(r.Networks) }},
		{Key: "identity_header", Title: "", Value: func(r row) any { return orNil(r.IdentityHeader) }},
		{Key: "uids", Title: "", Value: func(r row) any { return uidTexts(r.UIDs) }},
		{Key: "key_ids", Title: "KEYS", Whole: true, Value: func(r row) any { return keyIDs(r.Keys) }},
		{Key: "last_used_at", Title: "LAST USED", Value: func(r row) any { return r.LastUsedAt() }},
		{Key: "created_at", Title: "", Value: func(r row) any { return r.CreatedAt }},
		{Key: "revoked_at", Title: "", Value: func(r row) any { return r.RevokedAt }},
		{Key: "revoked_by", Title: "", Value: func(r row) any { return orNil(r.RevokedBy) }},
	}
}

func plain[T ~string](all []T) []string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = string(v)
	}
	return texts
}

func prefixTexts(all []netip.Prefix) []string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.String()
	}
	return texts
}

func uidTexts(all []uint32) []string {
	texts := make([]string, len(all))
	for i, uid := range all {
		texts[i] = strconv.FormatUint(uint64(uid), 10)
	}
	return texts
}

func keyIDs(keys []access.PortalKey) []string {
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	return ids
}

// madePortal reports a portal with its new key: the key alone on stdout, words
// on stderr, or one object.
func (s *session) madePortal(made app.MadePortal, verb string) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if machine {
		return s.writeJSON(map[string]any{
			"changed": 1, "unchanged": 0, "failed": 0, "key": made.Key.Reveal(), "key_id": made.KeyID,
			"key_dropped": orNil(made.Dropped),
			"items":       []map[string]any{changeItem{Target: made.Portal.Name, Result: resultChanged}.json()},
		})
	}
	err = s.write(func(w io.Writer) error {
		_, err := fmt.Fprintln(w, made.Key.Reveal())
		return err
	})
	if err != nil {
		return err
	}
	s.say("Portal %s %s. The key above is shown once: put it into the portal's configuration now.", render.Safe(made.Portal.Name), verb)
	if made.Dropped != "" {
		s.say("Key %s is no longer good: a portal has at most %d.", made.Dropped, access.MaxPortalKeys)
	}
	return nil
}

// completePortals offers the names of portals.
func (s *session) completePortals(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	a, err := s.open(c.Context())
	if len(args) > 0 || err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	portals, _ := a.Portals(c.Context(), s.Operator, false)
	var names []string
	for _, p := range portals {
		if strings.HasPrefix(p.Name, typed) {
			names = append(names, p.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
