package term

import (
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A Progress is a bar that shows how far a long command has come. All methods
// of a nil *Progress do nothing: that is what callers hold where there is no
// terminal.
type Progress struct {
	container *mpb.Progress
	bar       *mpb.Bar
}

// NewProgress shows a bar on w, which ought to be a terminal: label, bar, count
// of total. Done must be called.
func NewProgress(w io.Writer, label string, total int64) *Progress {
	container := mpb.New(mpb.WithOutput(w))
	bar := container.AddBar(total,
		mpb.PrependDecorators(decor.Name(label+" ")),
		mpb.AppendDecorators(decor.CountersNoUnit("%d/%d")),
	)
	return &Progress{container, bar}
}

// Add moves the bar on by n. It may be called from many goroutines.
func (p *Progress) Add(n int) {
	if p != nil {
		p.bar.IncrBy(n)
	}
}

// Done draws the bar a last time where it stands, and leaves the cursor on the
// line below. It may be called again.
func (p *Progress) Done() {
	if p != nil {
		p.bar.Abort(false) // without effect on a full bar
		p.container.Wait()
	}
}
