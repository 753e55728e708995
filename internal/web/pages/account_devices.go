package pages

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// ownDevices lists the recognized devices.
func (q *request) ownDevices() error {
	body := devicesBody{Account: q.at(""), RemoveAll: q.at("/devices/remove")}
	for _, d := range q.own.Devices {
		body.Devices = append(body.Devices, device{
			Label: d.Label, Kind: d.Kind, Place: d.Network, This: d.Current,
			First: q.day(d.FirstSeenAt), Last: q.day(d.LastSeenAt), Until: q.day(d.ExpiresAt),
			Rename: q.at("/devices/" + d.ID + "/rename"), Remove: q.at("/devices/" + d.ID + "/remove"),
		})
	}
	f := q.frame("devices.title", body)
	f.Said = q.said()
	return q.show(http.StatusOK, pageDevices, f)
}

// named gives the device that the address names; false where it is gone, perhaps
// removed elsewhere.
func (q *request) named() (app.OwnDevice, bool) {
	i := slices.IndexFunc(q.own.Devices, func(d app.OwnDevice) bool { return d.ID == q.r.PathValue("id") })
	if i < 0 {
		return app.OwnDevice{}, false
	}
	return q.own.Devices[i], true
}

func (q *request) renameOne() error {
	d, ok := q.named()
	if !ok {
		return q.see(q.at("/devices"))
	}
	return q.renameForm(http.StatusOK, d.Label, nil)
}

func (q *request) renameForm(status int, name string, wrong *complaint) error {
	page := "/devices/" + q.r.PathValue("id") + "/rename"
	q.here = "/account" + page
	f := q.frame("rename.title", renameBody{Action: q.at(page), Back: q.at("/devices"), Name: name, Error: wrong})
	f.Error = wrong
	return q.show(status, pageRename, f)
}

// rename gives a device another name; one in use is that of another device.
func (q *request) rename() error {
	name := strings.TrimSpace(q.typed("name"))
	_, err := q.App.RenameOwnDevice(q.r.Context(), user(), app.RenameOwn{Browser: q.browser, ID: q.r.PathValue("id"), Label: name})
	switch code := access.CodeOf(err); {
	case code == "label_invalid", code == "label_taken":
		return q.renameForm(http.StatusUnprocessableEntity, name, q.wrong("name", code))
	case errors.Is(err, access.ErrNotFound):
		return q.see(q.at("/devices"))
	case err != nil:
		return err
	}
	return q.see(q.at("/devices?done=device_renamed"))
}

func (q *request) removeOne() error {
	d, ok := q.named()
	if !ok {
		return q.see(q.at("/devices"))
	}
	f := q.frame("remove.title", removeBody{Action: q.at("/devices/" + d.ID + "/remove"), Back: q.at("/devices"), Label: d.Label, This: d.Current})
	return q.show(http.StatusOK, pageRemove, f)
}

func (q *request) removeAll() error {
	f := q.frame("removeall.title", removeBody{Action: q.at("/devices/remove"), Back: q.at("/devices"), All: true})
	return q.show(http.StatusOK, pageRemove, f)
}

func (q *request) revokeOne() error {
	return q.revoke(app.RevokeOwn{Browser: q.browser, IDs: []string{q.r.PathValue("id")}}, "device_removed")
}

func (q *request) revokeAll() error {
	return q.revoke(app.RevokeOwn{Browser: q.browser, All: true}, "devices_removed")
}

// revoke removes devices. With the one in use the pages may end: what proved who
// is there is gone.
func (q *request) revoke(req app.RevokeOwn, done string) error {
	removed, err := q.App.RevokeOwnDevices(q.r.Context(), user(), req)
	switch {
	case err != nil:
		return err
	case removed.Current && !q.view.PINProven:
		q.drop(accountCookie)
		return q.see(q.at("/closed?done=" + done))
	}
	return q.see(q.at("/devices?done=" + done))
}
