package pages

import (
	"net/http"
	"slices"

	"pinward/internal/app"
)

// ownDevices lists the recognized devices.
func (q *request) ownDevices() error {
	body := devicesBody{Account: q.at(""), RemoveAll: q.at("/devices/remove")}
	for _, d := range q.own.Devices {
		body.Devices = append(body.Devices, device{
			Label: d.Label, Kind: d.Kind, Place: d.Network, This: d.Current,
			First: q.day(d.FirstSeenAt), Last: q.day(d.LastSeenAt), Until: q.day(d.ExpiresAt), Remove: q.at("/devices/" + d.ID + "/remove"),
		})
	}
	f := q.frame("devices.title", body)
	f.Said = q.said()
	return q.show(http.StatusOK, pageDevices, f)
}

func (q *request) removeOne() error {
	i := slices.IndexFunc(q.own.Devices, func(d app.OwnDevice) bool { return d.ID == q.r.PathValue("id") })
	if i < 0 {
		return q.see(q.at("/devices")) // it is gone, perhaps removed elsewhere
	}
	d := q.own.Devices[i]
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
