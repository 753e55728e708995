package render

import "fmt"

// A Chart shows numbers as bars made of parts. The table beside it has the same
// numbers. One without bars is not drawn.
type Chart struct {
	Title  string
	Text   string   // what it shows, for who cannot see it
	Series []string // the parts, at most six, in their order
	Bars   []Bar
}

// A Bar is one bar: a number for each part.
type Bar struct {
	Label  string
	Values []int
}

// Where things stand in a drawing, in units of its own.
const (
	chartWidth  = 760
	labelWidth  = 190
	totalWidth  = 70
	barStep     = 24
	barHeight   = 16
	shownLetter = 7 // about as wide as a letter
)

// A drawing is a chart laid out.
type drawing struct {
	ID            string
	Title, Text   string
	Width, Height int
	Bars          []drawnBar
	Legend        []drawnKey
}

type drawnBar struct {
	Label, Total string
	Y, TextY     int
	TotalX       int
	Parts        []drawnPart
}

type drawnPart struct {
	X, Width, Height int
	Class, Text      string
}

type drawnKey struct{ Class, Text string }

// draw lays the chart out; nil where there is nothing to draw.
func (c Chart) draw() *drawing {
	if len(c.Bars) == 0 {
		return nil
	}
	most := 1
	for _, bar := range c.Bars {
		most = max(most, bar.total())
	}
	d := &drawing{Title: Safe(c.Title), Text: Safe(c.Text), Width: chartWidth, Height: len(c.Bars) * barStep}
	for i, name := range c.Series {
		d.Legend = append(d.Legend, drawnKey{seriesClass(i), Safe(name)})
	}
	for i, bar := range c.Bars {
		d.Bars = append(d.Bars, c.drawBar(bar, i*barStep, most))
	}
	return d
}

func (b Bar) total() int {
	sum := 0
	for _, v := range b.Values {
		sum += v
	}
	return sum
}

// drawBar gives each part its share of the room; edges are rounded and not
// widths, so that the parts of a bar always fill it.
func (c Chart) drawBar(bar Bar, y, most int) drawnBar {
	const room = chartWidth - labelWidth - totalWidth
	at := func(n int) int { return labelWidth + (n*room+most/2)/most }
	d := drawnBar{Label: cut(Safe(bar.Label), labelWidth/shownLetter), Total: fmt.Sprint(bar.total()), Y: y + (barStep-barHeight)/2, TextY: y + barStep*2/3}
	sum := 0
	for i, v := range bar.Values {
		from := at(sum)
		sum += v
		if v > 0 {
			d.Parts = append(d.Parts, drawnPart{
				X: from, Width: max(at(sum)-from, 1), Height: barHeight, Class: seriesClass(i),
				Text: fmt.Sprintf("%s, %s: %d", Safe(bar.Label), Safe(c.Series[i]), v),
			})
		}
	}
	d.TotalX = at(sum) + 8
	return d
}

func seriesClass(i int) string { return fmt.Sprintf("s%d", i%6) }
