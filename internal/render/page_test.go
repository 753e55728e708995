package render

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func aPage(rows ...item) Page {
	section := NewSection("Devices", itemColumns(), all(rows...))
	section.Text, section.Empty = "What <b>there</b> is.", "no devices"
	section.Chart = Chart{
		Title: "Devices a day", Text: "Three days & their devices", Series: []string{"new", "old"},
		Bars: []Bar{{"Monday", []int{1, 2}}, {"Tuesday", []int{0, 0}}, {"<script>", []int{7, 0}}},
	}
	return Page{Title: "A <page>", Lead: "It\u202e is.", Facts: []Fact{{"school", "School \"A\""}}, Sections: []Section{section}, Foot: "made by hand"}
}

func pageText(t *testing.T, o Options, p Page) string {
	t.Helper()
	var b strings.Builder
	if err := WritePage(&b, o, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageStandsAlone(t *testing.T) {
	got := pageText(t, Options{Format: HTML, Now: noon()}, aPage(itemRows()...))
	for _, no := range []string{"<script", "http:", "https:", "url(", "src=", "href=", "onload", "<b>", "\u202e", "ZgotmplZ"} {
		if strings.Contains(got, no) {
			t.Errorf("got %q in the page", no)
		}
	}
	for _, want := range []string{
		"<title>A &lt;page&gt;</title>", `It\u202e is.`, "<dt>school</dt><dd>School &#34;A&#34;</dd>", "prefers-color-scheme: dark", "@media print",
		`<th scope="col">Last seen</th>`, `<time datetime="2026-03-02T07:57:00Z">2026-03-02 07:57:00 UTC</time>`,
		"<desc>Three days &amp; their devices</desc>", "<title>&lt;script&gt;, new: 7</title>", "made by hand",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got no %q in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "no devices") {
		t.Error("a section with rows says that it is empty")
	}
	if got := pageText(t, Options{Format: HTML, Now: noon()}, aPage()); !strings.Contains(got, "no devices") || strings.Contains(got, "<table>") {
		t.Errorf("a section without rows: got\n%s", got)
	}
}

func TestPageTellsTimesInItsZone(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, want string }{
		{"2026-10-25T00:30:00Z", "2026-10-25 02:30:00 CEST"},
		{"2026-10-25T01:30:00Z", "2026-10-25 02:30:00 CET"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got := write(t, Options{Format: HTML, Title: "Times", Zone: paris}, one(at), 1)
		if !strings.Contains(got, `<time datetime="`+c.at+`">`+c.want+"</time>") {
			t.Errorf("%s: got no %s in:\n%s", c.at, c.want, got)
		}
	}
}

func TestBarsFillTheirRoom(t *testing.T) {
	c := Chart{Series: []string{"a", "b", "c"}, Bars: []Bar{{"x", []int{1, 1, 1}}, {"y", []int{0, 3, 0}}, {"z", []int{0, 0, 0}}}}
	d := c.draw()
	for i, want := range []int{3, 1, 0} {
		if got := len(d.Bars[i].Parts); got != want {
			t.Errorf("bar %d: got %d parts, want %d", i, got, want)
		}
	}
	last := d.Bars[0].Parts[2]
	if end, whole := last.X+last.Width, d.Bars[1].Parts[0].X+d.Bars[1].Parts[0].Width; end != whole || end > chartWidth-totalWidth {
		t.Errorf("two bars of 3: one ends at %d, the other at %d", end, whole)
	}
	if got := (Chart{}).draw(); got != nil {
		t.Errorf("a chart without bars: got %+v", got)
	}
}

func TestPageEndsAtTheFirstError(t *testing.T) {
	lost := errors.New("lost")
	p := Page{Sections: []Section{NewSection("Devices", itemColumns(), thenError(lost, itemRows()...))}}
	var b strings.Builder
	if err := WritePage(&b, Options{}, p); !errors.Is(err, lost) || strings.Contains(b.String(), "</html>") {
		t.Errorf("got %v and:\n%s", err, b.String())
	}
}
