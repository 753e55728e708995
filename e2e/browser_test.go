//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const (
	screens  = "../.bin/e2e/screens"
	axeFile  = "../.bin/e2e/node_modules/axe-core/axe.min.js"
	windows  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
	patience = time.Minute
)

// startChromium starts Debian's Chromium without a window.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.IgnoreCertErrors,
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.Flag("host-resolver-rules", "MAP *.localhost 127.0.0.1"))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// A person is somebody at a browser of their own: nobody else's cookies.
type person struct {
	*testing.T
	*school
	ctx   context.Context
	lang  string
	axe   string
	shown map[string]bool // pages that were looked at
}

func (s *school) person(t *testing.T, lang string) *person {
	t.Helper()
	ctx, stop := chromedp.NewContext(s.chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatalf("%v: run scripts/e2e-setup.sh", err)
	}
	p := &person{T: t, school: s, ctx: ctx, lang: lang, axe: string(axe), shown: map[string]bool{}}
	set(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: windows, AcceptLanguage: lang})
	p.sized(420)
	return p
}

// set tells the browser what to pretend.
func set[P, R any](p *person, command cdp.Command[P, R], params P) {
	p.Helper()
	_, err := chromedp.Call(p.ctx, command, params)
	p.must(err)
}

func (p *person) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatalf("%v (the page is %q)", err, p.heading())
	}
}

func (p *person) sized(width int64) { p.Helper(); p.do(chromedp.EmulateViewport(width, 800)) }

// scheme is "light" or "dark".
func (p *person) scheme(name string) {
	p.Helper()
	set(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: name},
			{Name: "prefers-reduced-motion", Value: "reduce"}, // colours change at once
		},
	})
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	p.must(chromedp.Do(ctx, steps...))
}

// eval computes in the page.
func eval[T any](p *person, script string) (T, error) {
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script))
}

func (p *person) heading() string {
	text, err := eval[string](p, `document.querySelector("h1")?.textContent ?? document.body.textContent`)
	if err != nil {
		return err.Error()
	}
	return text
}

// opens goes to an address.
func (p *person) opens(address string) { p.Helper(); p.do(chromedp.Navigate(address)) }

// logsIn gives the right password at the portal.
func (p *person) logsIn(user string) { p.Helper(); p.opens(p.at("/login?user=" + user)) }

// presses clicks on what leads to another page, and waits for it.
func (p *person) presses(selector string) {
	p.Helper()
	p.leaves(chromedp.Click(chromedp.CSS(selector)))
}

// leaves does what leads to another page, and waits for it.
func (p *person) leaves(step chromedp.Action[chromedp.Void]) {
	p.Helper()
	_, err := eval[bool](p, `window.stale = true`)
	p.must(err)
	p.do(step)
	for range 300 {
		if fresh, err := eval[bool](p, `!window.stale && document.readyState === "complete"`); err == nil && fresh {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.Fatalf("the page %q stays", p.heading())
}

// fills types into a field, in place of what is there.
func (p *person) fills(id, text string) {
	p.Helper()
	p.do(chromedp.Clear(chromedp.ID(id)), chromedp.SendKeys(chromedp.ID(id), text))
}

// sends fills in fields, id and text in turn, and presses a form's button.
func (p *person) sends(action string, fields ...string) {
	p.Helper()
	for i := 0; i < len(fields); i += 2 {
		p.fills(fields[i], fields[i+1])
	}
	p.presses(fmt.Sprintf("form[action*=%q] button[type=submit]", action))
}

func (p *person) follows(end string) {
	p.Helper()
	p.presses(fmt.Sprintf("main a[href$=%q]", end))
}

// wants looks at the page: its heading must be so. What is new is audited.
func (p *person) wants(fr, en string) {
	p.Helper()
	want := en
	if p.lang == "fr" {
		want = fr
	}
	if got := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(p.heading()); got != want {
		p.Fatalf("the page is %q, want %q", got, want)
	}
}

// looks wants a page and audits it, for the name of its screenshots.
func (p *person) looks(name, fr, en string) {
	p.Helper()
	p.wants(fr, en)
	if p.shown[name] {
		return
	}
	p.shown[name] = true
	for scheme, rules := range map[string]string{
		"dark":  `["color-contrast"]`, // all else is the same
		"light": `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`,
	} {
		p.scheme(scheme)
		p.audit(name+" in "+scheme, rules)
		p.shot(name + "-" + scheme)
	}
	p.scheme("light")
	p.sized(320)
	if wide, err := eval[int](p, `document.documentElement.scrollWidth`); err != nil || wide > 320 {
		p.Errorf("%s: %d pixels wide at 320, %v", name, wide, err)
	}
	p.shot(name + "-320")
	p.sized(420)
}

func (p *person) shot(name string) {
	p.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	p.must(err)
	if err := os.MkdirAll(screens, 0o750); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(screens, p.lang+"-"+name+".png"), picture, 0o600); err != nil {
		p.Fatal(err)
	}
}

// audit asks axe-core for findings by rules or by groups of them, such as the
// success criteria of WCAG 2.2.
func (p *person) audit(name, rules string) {
	p.Helper()
	if _, err := eval[bool](p, p.axe+"; true"); err != nil {
		p.Fatalf("axe: %v", err)
	}
	run := `axe.run({runOnly: ` + rules + `}).then(r => JSON.stringify(
		r.violations.map(v => ({id: v.id, impact: v.impact, where: v.nodes.map(n => n.html).join(" | ")}))))`
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("axe: %v", err)
	}
	var found []struct{ ID, Impact, Where string }
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		p.Fatal(err)
	}
	for _, f := range found {
		p.Errorf("%s: axe finds %s (%s) at %s", name, f.ID, f.Impact, f.Where)
	}
}
