package secret

import (
	"encoding/hex"
	"testing"

	"pinward/internal/access"
)

// frozenKeyring is a sample; its keys are 32 times one byte.
const frozenKeyring = `{"version":1,"keys":[
{"id":"key_old","created_at":"2026-03-01T08:00:00Z","state":"retired","secret":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="},
{"id":"key_new","created_at":"2026-03-02T08:00:00Z","state":"active","secret":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="}],
"cookie_key":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="}`

// A change that fails here makes existing stores unreadable: what this package
// made once must open, and must come out the same, for ever.
func TestFrozenFormats(t *testing.T) {
	k, err := LoadKeyring(writeFile(t, frozenKeyring, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	dev, err := k.DeviceToken("key_old", device, 7, salt())
	if err != nil {
		t.Fatal(err)
	}
	start, errS := k.GateStart("key_old", salt())
	code, errC := k.CodeMAC("key_new", "setup", alice, newCode("C4H7KMNP"))
	chain, errA := k.AuditMAC("key_new", []byte("prev"), []byte("record"))
	detail, errD := k.DetailMAC("key_new", 7, []byte("detail"))
	if errC != nil || errA != nil || errD != nil || errS != nil {
		t.Fatal(errC, errA, errD, errS)
	}
	for _, c := range []struct{ name, got, want string }{
		{"device token", dev.Reveal(), "pwd_dev_0123456789abcdef.HoFQQ2A8BRRIU6HjjX_CrKNIIx8OD3hRdVpwOG41T2Y"},
		{"token hash", hex.EncodeToString(dev.Hash()), "8440e0a75bf6a6410b0e29a31886d73b5f62be53a7932926bf234042ef464f99"},
		{"start of a gate", start.Reveal(), "h01lzCpqVb_K0YIWFrQcMrnSr_TabJvnHaKhuwjL3rc"},
		{"code", hex.EncodeToString(code), "21a4b15d49565e6e49db574581086cdd1a1ed9025b4a8dbbe559744e0482afa9"},
		{"audit chain", hex.EncodeToString(chain), "37b8d3050d36a52cd459f9840547c738689bd3c26459bf41a0d40a012f5952c6"},
		{"audit detail", hex.EncodeToString(detail), "47e95da6bab577bd0ae3167188be2ae5d5a78eb0bdb935923b962ef195c4c8af"},
		{"store check", hex.EncodeToString(k.StoreCheck("key_new", "store_1")), "a020b7df6673f6c6659ee30c4dafccdfcec7bb0b8b5e35652231f6528465076c"},
		{"fingerprint", k.Fingerprint("key_new"), "c257-ddee-25f5-0eaf"},
		{"cookie name", k.CookieName(alice), "__Host-pinward_54874055"},
		{"login id", hex.EncodeToString(HashLoginID("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, c.got, c.want)
		}
	}
	pin := SealedPIN{"key_old", fromHex(t, "0100000040000000011bc651866373042d20e8498387e2a5e6e388bca201b40935d7f3979b25b3853e18eb14bf94d0ed8fdd4adfb8739553bfb7780d9b1b0fe9a2dc3f4dd6705c7d85094977c7752596a838f58f40")}
	if ok, err := k.VerifyPIN(alice, pin, access.NewPIN("8305")); err != nil || !ok {
		t.Errorf("PIN sealed once: got %v, %v, want true", ok, err)
	}
	born := Sealed{"key_old", fromHex(t, "0108290403be1edbf5ed8b15ae45c11591b3d4d90063be3f76b26b2ca5f3eb9ff4181afed3bf21")}
	if d, err := k.OpenDate(alice, born); err != nil || d.String() != "2011-05-23" {
		t.Errorf("birth date sealed once: got %v, %v", d, err)
	}
}

func fromHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
