package web

import (
	"fmt"
	"io"
	"log/slog"

	"pinward/internal/render"
)

// NewLog gives the log of a service: one JSON object a line. Every text in it is
// tamed, so that what a browser sent shows as what it is in a terminal too.
func NewLog(w io.Writer, least slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least, ReplaceAttr: tame}))
}

func tame(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(render.Safe(a.Value.String()))
	case slog.KindAny:
		if _, isLevel := a.Value.Any().(slog.Level); !isLevel {
			a.Value = slog.StringValue(render.Safe(fmt.Sprint(a.Value.Any())))
		}
	default: // numbers, times and the like
	}
	return a
}
