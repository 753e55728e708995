package pages

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"pinward/internal/access"
	"pinward/internal/app"
)

// device asks whether this device is to be recognized from now on.
func (q *request) device() error {
	if !q.view.Answer.MayRemember || q.view.Answer.Decision != access.Allow {
		return q.see(q.at(""))
	}
	name := q.r.URL.Query().Get("name")
	if name == "" {
		name = q.suggestedName()
	}
	return q.deviceForm(http.StatusOK, name, nil)
}

// suggestedName names the device by its browser, as far as that fits.
func (q *request) suggestedName() string {
	name := q.browserName(q.view.Browsing)
	if unknown(q.view.Browsing.Family) && unknown(q.view.Browsing.OS) || utf8.RuneCountInString(name) > access.MaxLabel {
		return ""
	}
	return name
}

func (q *request) deviceForm(status int, name string, wrong *complaint) error {
	v := q.view
	body := rememberBody{
		Action: q.at("/device"), Skip: q.skip(), Lead: "remember.lead", Name: name, Days: v.DeviceDays,
		Tonight: v.Registration == access.RegisterTonight, Error: wrong,
	}
	switch {
	case body.Tonight:
		body.Lead = "remember.lead_shared"
	case v.Protection != access.ByPIN:
		body.Lead = "remember.lead_plain"
	}
	q.here = "/" + q.base + "/device"
	f := q.frame("remember.title", body)
	f.Error = wrong
	return q.show(status, pageRemember, f)
}

// skip gives where "Not now" goes: on, never back.
func (q *request) skip() string {
	if q.own != nil {
		return q.at("/skip")
	}
	return q.at("/go")
}

// skipDevice goes back without registering the device.
func (q *request) skipDevice() error { return q.see(q.at("")) }

// register makes this device a recognized one.
func (q *request) register() error {
	name := strings.TrimSpace(q.typed("name"))
	answer, err := q.App.RememberDevice(q.r.Context(), user(), app.NameDevice{
		LoginID: q.browser, Name: name, Replace: q.typed("replace") == "yes",
	})
	if err != nil {
		return err
	}
	q.keepDevice(answer)
	switch {
	case answer.Decision == access.Deny:
		return q.denied(answer)
	case answer.DeviceError == "label_taken":
		other := q.at("/device")
		q.here = "/" + q.base + "/device"
		return q.show(http.StatusUnprocessableEntity, pageSame, q.frame("same.title", sameBody{q.at("/device"), name, other, q.skip()}))
	case answer.DeviceError == "label_invalid":
		return q.deviceForm(http.StatusUnprocessableEntity, name, q.wrong("name", answer.DeviceError))
	case answer.DeviceError == "device_limit":
		return q.show(http.StatusUnprocessableEntity, pageFull, q.frame("full.title", fullBody{q.skip()}))
	case q.own != nil:
		return q.see(q.at("?done=registered"))
	}
	return q.finish()
}
