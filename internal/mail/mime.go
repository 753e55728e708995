package mail

import (
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"

	gomail "github.com/wneessen/go-mail"
)

// encode gives the mail in its form on the wire. Two tries of one mail are the
// same bytes.
func (m Message) encode() (*gomail.Msg, error) {
	if checkAddress(m.To) != nil || checkAddress(m.From.Address) != nil || m.ID == "" || tame(m.ID) != m.ID {
		return nil, invalid("it lacks its addresses or its id")
	}
	// No text holds its own digest, so that no part holds what parts it.
	sum := sha256.Sum256([]byte(m.ID + m.Text + m.HTML))
	out := gomail.NewMsg(
		gomail.WithNoDefaultUserAgent(),
		gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithBoundary(hex.EncodeToString(sum[:])),
	)
	out.FromMailAddress(&netmail.Address{Name: m.From.Name, Address: m.From.Address})
	if err := out.To(m.To); err != nil {
		return nil, invalid("its address cannot be written")
	}
	out.SetMessageIDWithValue(m.ID)
	out.SetDateWithValue(m.At)
	out.Subject(m.Subject)
	// RFC 3834: nobody's holiday message answers it.
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetGenHeader("X-Auto-Response-Suppress", "All") // what Exchange reads instead
	out.SetGenHeader("Content-Language", m.Lang)
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return out, nil
}
