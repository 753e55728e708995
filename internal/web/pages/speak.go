package pages

import (
	"slices"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// browserName gives "Firefox on Windows" in the page's language, "" if nothing is
// known.
func (q *request) browserName(b access.Browser) string {
	family, system := b.Family, b.OS
	switch {
	case unknown(family) && unknown(system):
		return q.text("facts.unknown")
	case unknown(system):
		return family
	case unknown(family):
		return system
	}
	return q.text("facts.browser", "family", family, "system", system)
}

func unknown(s string) bool { return s == "" || s == "unknown" }

// toldBrowser reads how a notice names a browser.
func toldBrowser(s string) access.Browser {
	family, system, _ := strings.Cut(s, " on ")
	return access.Browser{Family: family, OS: system}
}

// place says where an address is. It may be empty.
func (q *request) place(inside bool, ip string) string {
	if ip == "" {
		return q.text("facts.unknown")
	}
	where := q.text("facts.outside")
	if inside {
		where = q.text("facts.inside")
	}
	return where + " (" + ip + ")"
}

func (q *request) seenNow() *seen {
	v := q.view
	return &seen{Account: v.Login, Device: q.browserName(v.Browsing), Place: q.place(v.Inside, v.Place), Portal: v.Portal}
}

// notices gives what the person has not seen yet, newest first.
func (q *request) notices() []notice {
	var all []notice
	for _, n := range slices.Backward(q.view.Notices) {
		all = append(all, q.notice(n))
	}
	return all
}

func (q *request) notice(n app.PageNotice) notice {
	told := notice{What: "notice." + string(n.Kind), When: q.moment(n.HappenedAt), Label: n.Label}
	if _, err := catalog().In(q.language()).text(told.What); err != nil {
		told.What = "notice.any"
	}
	if n.Browser != "" || n.IP != "" {
		told.Device, told.Place = q.browserName(toldBrowser(n.Browser)), q.place(n.Inside, n.IP)
	}
	if n.By != "" {
		told.By = q.text("facts.by." + n.By)
	}
	if n.MaySee {
		told.Seen = q.at("/notices/" + n.ID + "/seen")
	}
	told.NotMe = q.at("/notices/" + n.ID)
	return told
}
