package access_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pinward/internal/access"
)

func auditRecord() access.AuditRecord {
	return access.AuditRecord{
		Seq: 7, At: epoch(), Actor: "uid:1000", Role: access.RoleAdmin, Action: "pin.reset",
		TargetKind: "account", Target: "a_1", Result: access.AuditDone, KeyID: "k1",
		DetailMAC: []byte{1, 2, 3}, Prev: []byte{4, 5, 6}, MAC: []byte{7}, Detail: []byte(`{"login":"alice"}`),
	}
}

// TestChainBytesCoverEveryField walks the struct, so that a field added later
// is not forgotten.
func TestChainBytesCoverEveryField(t *testing.T) {
	uncovered := map[string]bool{"MAC": true, "Detail": true} // DetailMAC stands for Detail
	record := auditRecord()
	before := record.ChainBytes()
	for i := range reflect.TypeFor[access.AuditRecord]().NumField() {
		name := reflect.TypeFor[access.AuditRecord]().Field(i).Name
		t.Run(name, func(t *testing.T) {
			changed := auditRecord()
			field := reflect.ValueOf(&changed).Elem().Field(i)
			switch v := field.Interface().(type) {
			case int64:
				field.SetInt(v + 1)
			case time.Time:
				field.Set(reflect.ValueOf(v.Add(time.Millisecond)))
			case []byte:
				field.SetBytes(append([]byte{9}, v...))
			default:
				field.SetString(field.String() + "x")
			}
			if got := !bytes.Equal(changed.ChainBytes(), before); got == uncovered[name] {
				t.Errorf("changed: got other bytes %v, want %v", got, !uncovered[name])
			}
		})
	}
	erased := auditRecord()
	erased.Detail = nil
	if !bytes.Equal(erased.ChainBytes(), before) {
		t.Error("erasing a person's detail breaks the chain")
	}
	elsewhere := auditRecord()
	elsewhere.At = elsewhere.At.In(zone(t, "Europe/Paris"))
	if !bytes.Equal(elsewhere.ChainBytes(), before) {
		t.Error("the bytes depend on the zone that the time is told in")
	}
}

// TestChainBytesNeverCollide draws records whose fields run into each other.
func TestChainBytesNeverCollide(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00\x01")), 0, 3, -1)
	draw := func(t *rapid.T) access.AuditRecord {
		return access.AuditRecord{
			Seq: rapid.Int64Range(0, 1).Draw(t, "seq"), At: time.UnixMilli(rapid.Int64Range(0, 1).Draw(t, "at")),
			Actor: text.Draw(t, "actor"), Role: access.Role(text.Draw(t, "role")), Action: text.Draw(t, "action"),
			TargetKind: text.Draw(t, "kind"), Target: text.Draw(t, "target"), Result: access.AuditResult(text.Draw(t, "result")),
			KeyID: text.Draw(t, "key"), DetailMAC: []byte(text.Draw(t, "detail")), Prev: []byte(text.Draw(t, "prev")),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t), draw(t)
		if same := reflect.DeepEqual(a, b); same != bytes.Equal(a.ChainBytes(), b.ChainBytes()) {
			t.Fatalf("%+v and %+v: same %v, and the bytes say otherwise", a, b, same)
		}
		// One text cut elsewhere between two fields is what a plain join confuses.
		joined, cut := a.Actor+string(a.Role), rapid.IntRange(0, 6).Draw(t, "cut")
		c := a
		c.Actor, c.Role = joined[:min(cut, len(joined))], access.Role(joined[min(cut, len(joined)):])
		if (c.Actor == a.Actor) != bytes.Equal(a.ChainBytes(), c.ChainBytes()) {
			t.Fatalf("%q, %q and %q, %q give the same bytes", a.Actor, a.Role, c.Actor, c.Role)
		}
	})
}

// TestChainBytesStayAsTheyAre pins the format: chains of older versions must
// still verify.
func TestChainBytesStayAsTheyAre(t *testing.T) {
	want := "pinward audit 1\n" +
		"\x00\x00\x00\x00\x00\x00\x00\x07" + "\x00\x00\x01\x9c\xad\x8f\xac\x00" +
		"\x00\x00\x00\x08uid:1000" + "\x00\x00\x00\x05admin" + "\x00\x00\x00\x09pin.reset" +
		"\x00\x00\x00\x07account" + "\x00\x00\x00\x03a_1" + "\x00\x00\x00\x04done" + "\x00\x00\x00\x02k1" +
		"\x00\x00\x00\x03\x01\x02\x03" + "\x00\x00\x00\x03\x04\x05\x06"
	if got := string(auditRecord().ChainBytes()); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
