package pages

import (
	"testing"

	"pinward/internal/access"
)

// TestNewDevice: PIN, device, portal; and the next login asks nothing.
func TestNewDevice(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	id := v.logsIn("lea")
	v.wantTitle("Enter your PIN")
	v.wantText("3 tries left")
	v.wantText("Firefox on Windows")
	v.send("/pin", "pin", "1111")
	v.wantText("This PIN is not the right one.")
	v.wantText("2 tries left")
	v.send("/pin", "pin", "")
	v.wantText("Enter your PIN.")
	v.wantText("2 tries left")
	v.send("/pin", "pin", "8305")
	v.wantTitle("Register this device?")
	v.send("/device", "name", "School")
	v.wantText("tells which device it is")
	v.send("/device", "name", "Room 215")
	if done := v.wantIn(id); done.Device == nil || done.Device.Label != "Room 215" {
		t.Errorf("got device %+v, want Room 215", done.Device)
	}
	id = v.logsIn("lea")
	v.wantIn(id)
}
