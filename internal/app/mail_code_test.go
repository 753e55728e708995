package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// withCode makes a notice of lea carry a code until a time.
func (k *kit) withCode(until time.Time) string {
	k.t.Helper()
	a := k.stored("lea")
	sealed, err := k.keys.SealNotice(&zeros{}, "n_code", access.NewSecret("730416"))
	if err != nil {
		k.t.Fatal(err)
	}
	k.write(func(tx store.Tx) error {
		return tx.PutNotice(context.Background(), &access.Notice{
			ID: "n_code", At: k.now, Kind: access.NoticeResetCode, AccountKey: a.Key, School: "A", Address: a.Email, Lang: "fr",
			Facts: access.NoticeFacts{At: k.now, Until: until}, Secret: access.Sealed(sealed), State: access.NoticeWaiting, NextAt: k.now,
		})
	})
	return "n_code"
}

// zeros is no randomness at all.
type zeros struct{}

func (*zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestACodeIsOpenedForItsMailAlone(t *testing.T) {
	for _, c := range []struct {
		name   string
		do     func(k *kit, id string)
		answer func(app.Mail) (bool, error)
		mails  int
		state  access.NoticeState
		kept   bool
	}{
		{"sent", func(*kit, string) {}, nil, 1, access.NoticeSent, false},
		{"refused", func(*kit, string) {}, failing(errRefused), 0, access.NoticeDead, false},
		{"put off", func(*kit, string) {}, failing(errDeferred), 0, access.NoticeWaiting, true},
		{"too late", func(k *kit, _ string) { k.now = k.now.Add(15 * time.Minute) }, nil, 0, access.NoticeUnmailed, false},
		{"damaged", func(k *kit, _ string) { k.tamper(`UPDATE notice SET secret = zeroblob(40) WHERE public_id = 'n_code'`) }, nil, 0, access.NoticeDead, false},
		{"put off and then too late", func(k *kit, id string) {
			post := postOffice{answer: failing(errDeferred)}
			k.flushes(post.flush())
			k.now = k.now.Add(15 * time.Minute)
		}, nil, 0, access.NoticeUnmailed, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			k.forgive()
			id := k.withCode(k.now.Add(15 * time.Minute))
			c.do(k, id)
			post := postOffice{answer: c.answer}
			k.flushes(post.flush())
			if len(post.got) != c.mails || (c.mails == 1 && post.got[0].Secret.Reveal() != "730416") {
				t.Errorf("got %d mails", len(post.got))
			}
			n := k.notice(id)
			if n.State != c.state || (n.Secret.Blob != nil) != c.kept || (n.Secret.KeyID != "") != c.kept {
				t.Errorf("got %s, secret kept: %t", n.State, n.Secret.Blob != nil)
			}
		})
	}
}

func TestACodeHoldsItsKeyUntilItIsSent(t *testing.T) {
	k := teacher(t)
	k.forgive()
	path := k.keyring()
	id := k.withCode(k.now.Add(15 * time.Minute))
	old := k.notice(id).Secret.KeyID
	uses := func() (n int) {
		all, err := k.Keys(t.Context(), root)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range all {
			if one.ID == old {
				n = one.Uses.Notices
			}
		}
		return n
	}
	k.rotate(path)
	k.reload(path)
	if uses() != 1 {
		t.Error("the key counts as unused while a code rests on it")
	}
	var post postOffice
	k.flushes(post.flush())
	if len(post.got) != 1 || post.got[0].Secret.Reveal() != "730416" {
		t.Errorf("after a rotation: got %d mails", len(post.got))
	}
	if uses() != 0 {
		t.Error("the code was sent, and still holds its key")
	}
	k.tamper(`DELETE FROM notice`)
	id = k.withCode(k.now.Add(time.Minute))
	k.now = k.now.Add(time.Minute)
	k.rotate(path)
	if n := k.notice(id); n.State != access.NoticeUnmailed || n.Secret.KeyID != "" {
		t.Errorf("a code that expired holds its key over a rotation: %s", n.State)
	}
}

func TestACodeEndsWithTheRestore(t *testing.T) {
	k := teacher(t)
	k.forgive()
	id := k.withCode(k.now.Add(15 * time.Minute))
	restored, _ := k.restored(k.backup())
	if n := restored.notice(id); n.State != access.NoticeUnmailed || n.Secret.Blob != nil {
		t.Errorf("got %s", n.State)
	}
}
