package pages

import (
	"time"

	"pinward/internal/i18n"
)

// A sample is a page with everything that it can show.
type sample struct {
	name, page string
	frame      frame
}

// samples gives every page at least once, filled with sample data.
func samples(lang string) []sample {
	var all []sample
	add := func(name, page, title string, body any, more ...func(*frame)) {
		f := frame{
			Root: "/", Title: title, School: "Collège Sample", Contact: "Vie scolaire, 01 99 00 00 00", Switch: "/here?lang=" + other(lang), Body: body,
		}
		for _, change := range more {
			change(&f)
		}
		all = append(all, sample{name, page, f})
	}
	loginSamples(lang, add)
	setUpSamples(lang, add)
	accountSamples(lang, add)
	for _, key := range []string{
		"locked", "blocked", "exhausted", "denied", "expired", "cancelled", "elsewhere", "cookies", "signed_out", "closed",
		"missing", "forbidden", "wrong", "failed", "busy", "disputed",
	} {
		add(key, pageMessage, "message."+key+".title", sampleMessage(lang, key))
	}
	return all
}

type adder func(name, page, title string, body any, more ...func(*frame))

func wrong(lang, field, key string, filling ...any) *complaint {
	text, err := catalog().In(lang).text(key, filling...)
	if err != nil {
		panic(err)
	}
	return &complaint{Field: field, Text: text}
}

func failing(c *complaint) func(*frame) { return func(f *frame) { f.Error = c } }

func step(n, of int) func(*frame) { return func(f *frame) { f.Step, f.Steps = n, of } }

func sampleSeen(lang string) *seen {
	if lang == i18n.French {
		return &seen{"camille.sample", "Firefox sur Windows", "hors de l’établissement (192.0.2.7)", "Portail Sample"}
	}
	return &seen{"camille.sample", "Firefox on Windows", "outside the school (192.0.2.7)", "Portail Sample"}
}

func loginSamples(lang string, add adder) {
	pin := pinBody{
		Action: "/p/sample/pin", Lead: "pin.lead.new_device", Seen: sampleSeen(lang), Username: "camille.sample", Left: 3,
		PIN:    pinField{ID: "pin", Label: "pin.label", Autocomplete: "current-password", Max: 12, Focus: true, DescribedBy: "left caution"},
		Forgot: "/p/sample/forgot", Cancel: "/p/sample/cancel",
	}
	add("pin", pagePIN, "pin.title", pin)
	bad := pin
	bad.Left, bad.PIN.Error = 2, wrong(lang, "pin", "error.pin_wrong")
	bad.Forgot, bad.Lost, bad.Host, bad.Lead = "", true, "pin.school.example", "pin.lead.device_expired"
	add("pin-wrong", pagePIN, "pin.title", bad, failing(bad.PIN.Error))
	remember := rememberBody{
		Action: "/p/sample/remember", Skip: "/p/sample/skip", Lead: "remember.lead", Name: sampleSeen(lang).Device, Days: 365,
	}
	add("remember", pageRemember, "remember.title", remember)
	shared := remember
	shared.Tonight, shared.Lead, shared.Name = true, "remember.lead_shared", "x"
	shared.Error = wrong(lang, "name", "error.label_invalid")
	add("remember-shared", pageRemember, "remember.title", shared, failing(shared.Error))
	add("same", pageSame, "same.title", sameBody{"/p/sample/remember", "Salle 215", "/p/sample?name=other", "/p/sample/skip"})
	add("full", pageFull, "full.title", fullBody{"/p/sample/skip"})
	add("news", pageNews, "news.title", newsBody{"/p/sample/go"}, func(f *frame) { f.Notices, f.OpenNotices = sampleNotices(lang)[:1], true })
	add("forgot", pageForgot, "forgot.title", forgotBody{"/p/sample/forgot", "/p/sample/reset", "/p/sample", nil})
	add("mailcode", pageWithCode, "mailcode.title", withCodeBody{
		lengths: lengths{4, 8, 4, "4829"}, Action: "/p/sample/reset", Lead: "mailcode.lead", None: "mailcode.none",
		Code:   codeField{ID: "code", Label: "mailcode.label", Hint: "mailcode.hint", Numeric: true, Max: 12},
		PIN:    pinField{ID: "pin", Label: "newpin.label", Autocomplete: "new-password", Min: 4, Max: 8, DescribedBy: "rules"},
		Again:  pinField{ID: "again", Label: "newpin.label_again", Autocomplete: "new-password", Min: 4, Max: 8},
		Resend: "/p/sample/forgot", Back: "/p/sample",
	})
}

func setUpSamples(lang string, add adder) {
	protect := protectBody{
		Action: "/p/sample/protect", Later: "/p/sample/later",
		Choices: []choice{{"pin", true, true}, {"notify", false, false}, {"none", false, false}},
	}
	add("protect", pageProtect, "protect.title", protect, step(1, 3))
	refused := protect
	refused.Later, refused.Error = "", wrong(lang, "protection", "error.protection_missing")
	refused.Code = &codeField{ID: "code", Label: "setupcode.label", Hint: "setupcode.hint_choice", Max: 16, Optional: true}
	add("protect-wrong", pageProtect, "protect.title", refused, failing(refused.Error))
	newPIN := newPINBody{
		lengths: lengths{4, 12, 6, "482 907"}, Action: "/p/sample/new",
		PIN: pinField{ID: "pin", Label: "newpin.label", Autocomplete: "new-password", Min: 4, Max: 12, Focus: true, DescribedBy: "rules caution"},
	}
	add("newpin", pageNewPIN, "newpin.title", newPIN, step(2, 3))
	year := newPIN
	year.PIN.Error, year.Max, year.Back = wrong(lang, "pin", "error.rule.year"), 4, "/p/sample"
	add("newpin-wrong", pageNewPIN, "newpin.title", year, failing(year.PIN.Error), step(1, 2))
	again := againBody{
		Action: "/p/sample/again", First: "opaque", Back: "/p/sample",
		PIN: pinField{ID: "pin", Label: "newpin.label_again", Autocomplete: "new-password", Min: 4, Max: 12, Focus: true, DescribedBy: "caution"},
	}
	add("again", pageAgain, "again.title", again, step(3, 3))
	code := wrong(lang, "code", "error.setup_code_wrong")
	add("setupcode", pageWithCode, "setupcode.title", withCodeBody{
		lengths: lengths{4, 12, 6, "482907"}, Action: "/p/sample/setup", Lead: "setupcode.lead", None: "setupcode.none",
		Code:  codeField{ID: "code", Label: "setupcode.label", Hint: "setupcode.hint", Max: 16, Error: code},
		PIN:   pinField{ID: "pin", Label: "newpin.label", Autocomplete: "new-password", Min: 4, Max: 12, DescribedBy: "rules"},
		Again: pinField{ID: "again", Label: "newpin.label_again", Autocomplete: "new-password", Min: 4, Max: 12},
	}, failing(code))
}

func sampleNotices(lang string) []notice {
	at := time.Date(2026, 11, 27, 8, 5, 0, 0, time.UTC)
	when := i18n.Day(lang, at, time.UTC) + ", " + i18n.Clock(lang, at, time.UTC)
	s := sampleSeen(lang)
	return []notice{
		{What: "notice.new_device", When: when, Device: s.Device, Place: s.Place, Seen: "/account/notices/n_1/seen", NotMe: "/account/notices/n_1"},
		{What: "notice.pin_changed", When: when, NotMe: "/account/notices/n_2"},
		{What: "notice.device_removed", When: when, Label: "Salle 215", Seen: "/account/notices/n_3/seen", NotMe: "/account/notices/n_3"},
	}
}

func accountSamples(lang string, add adder) {
	told := func(open bool) func(*frame) {
		return func(f *frame) { f.Notices, f.OpenNotices, f.OwnNotices = sampleNotices(lang), open, true }
	}
	said := func(key string) func(*frame) { return func(f *frame) { f.Said = key } }
	since := i18n.Day(lang, time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), time.UTC)
	account := accountBody{
		Protection: "pin", Since: since, HasPIN: true, ChangePIN: "/account/pin", Change: "/account/protection",
		DeviceCount: 2, Devices: "/account/devices", AddDevice: "/account/device", PasswordAdvised: true, Until: "9:20", Close: "/account/close",
	}
	add("account", pageAccount, "account.title", account, told(true))
	fresh := accountBody{Protection: "not_chosen", ChangePIN: "/account/pin", Change: "/account/protection", Until: "9:20", Close: "/account/close"}
	add("account-new", pageAccount, "account.title", fresh, said("done.protection_changed"))
	current := pinBody{
		Action: "/account/pin", Lead: "pin.lead.change", Back: "/account", Left: 3,
		PIN: pinField{ID: "pin", Label: "pin.label_current", Autocomplete: "current-password", Max: 12, DescribedBy: "left caution"},
	}
	add("current-pin", pagePIN, "pin.title", current)
	devices := devicesBody{RemoveAll: "/account/devices/remove", Account: "/account", Devices: []device{
		{"Salle 215", "computer", "10.20.0.0/24", since, since, since, true, "/account/devices/d_1/rename", "/account/devices/d_1/remove"},
		{"Mon téléphone", "phone", "", since, since, since, false, "/account/devices/d_2/rename", "/account/devices/d_2/remove"},
	}}
	add("devices", pageDevices, "devices.title", devices, said("done.device_removed"), told(false))
	add("devices-none", pageDevices, "devices.title", devicesBody{Account: "/account"})
	rename := renameBody{Action: "/account/devices/d_1/rename", Back: "/account/devices", Name: "Salle 215"}
	add("rename", pageRename, "rename.title", rename)
	rename.Error = wrong(lang, "name", "error.label_taken")
	add("rename-taken", pageRename, "rename.title", rename, failing(rename.Error))
	add("remove", pageRemove, "remove.title", removeBody{Action: "/account/devices/d_1/remove", Back: "/account/devices", Label: "Salle 215", This: true})
	add("remove-all", pageRemove, "removeall.title", removeBody{Action: "/account/devices/remove", Back: "/account/devices", All: true})
	add("notme", pageNotMe, "notme.title", notMeBody{"/account/notices/n_1/dispute", "/account", sampleNotices(lang)[0]})
}

func sampleMessage(lang, key string) messageBody {
	steps, err := catalog().In(lang).list("message."+key, "host", "pin.school.example")
	if err != nil {
		steps = nil
	}
	m := messageBody{Lead: "message." + key + ".lead", Steps: steps}
	switch key {
	case "locked":
		m.Until, m.Forgot, m.Home = "9:20", "/p/sample/forgot", "https://portal.example/"
	case "failed":
		m.Number = "8f2c01"
	case "busy":
		m.Retry = "/p/sample"
	case "disputed":
		m.Back, m.BackTo = "/account", "account.title"
	case "expired", "exhausted":
		m.Home = "https://portal.example/"
	}
	return m
}
