package cmd

import (
	"context"

	"pinward/internal/app"
)

// examinePortals warns of portals that cannot be told apart where they send no
// key.
func (s *session) examinePortals(ctx context.Context, a *app.App) []diagnosis {
	portals, err := a.Portals(ctx, s.Operator, false)
	if err != nil {
		return []diagnosis{failed("portals", err)}
	}
	var all []diagnosis
	for i, p := range portals {
		if others := p.Mistakable(portals[i+1:]); len(others) > 0 {
			all = append(all, diagnosis{
				Check: "portals", Text: mistakableText(p.Name, others),
				Hint: "let them send their keys, or add them with a --uid or --cidr of their own",
			})
		}
	}
	return all
}
