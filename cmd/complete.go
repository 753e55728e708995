package cmd

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/app"
	"pinward/internal/store"
)

// completeMoreLogins is completeLogins for commands that take several.
func (s *session) completeMoreLogins(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	offers, directive := s.completeLogins(c, nil, typed)
	return unnamed(offers, args), directive
}

// maxOffers bounds the devices that are offered.
const maxOffers = 200

var errEnough = errors.New("enough offers")

// completeDevices offers the ids of recognized devices that begin as typed.
// "device rename" takes one, and then a label.
func (s *session) completeDevices(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 && c.Name() != "revoke" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	a, err := s.open(c.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var offers []string
	_ = a.Devices(c.Context(), s.Operator, app.DeviceQuery{}, func(r store.DeviceRow) error {
		if strings.HasPrefix(r.ID, typed) {
			offers = append(offers, r.ID+"\t"+r.Login+": "+r.Label)
		}
		if len(offers) == maxOffers {
			return errEnough
		}
		return nil
	})
	return unnamed(offers, args), cobra.ShellCompDirectiveNoFileComp
}

// unnamed drops the offers that the command line holds already.
func unnamed(offers, args []string) []string {
	return slices.DeleteFunc(offers, func(offer string) bool {
		word, _, _ := strings.Cut(offer, "\t")
		return slices.Contains(args, word)
	})
}
