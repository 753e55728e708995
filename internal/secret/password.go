package secret

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"pinward/internal/access"
)

// maxPassword is the longest password, in bytes.
const maxPassword = 1024

// LoadPassword reads the password with which pinward logs in elsewhere: a file of
// one line that is guarded as a keyring is. It fails with access.ErrUnusable,
// code password_file, and never quotes the file.
func LoadPassword(path string) (access.Secret, error) {
	data, err := readPrivate("password file", path)
	var private *access.Error
	if errors.As(err, &private) {
		hint := private.Hint
		if private.Code == "key_missing" {
			hint = "write the password into it, as its only line, and chmod 600 it"
		}
		return access.Secret{}, badPassword(private.Text, hint)
	}
	if err != nil {
		return access.Secret{}, err
	}
	line, rest, _ := bytes.Cut(data, []byte("\n"))
	password := strings.TrimSuffix(string(line), "\r")
	if password == "" || len(rest) > 0 || len(password) > maxPassword || !utf8.ValidString(password) || strings.ContainsAny(password, "\x00\r") {
		return access.Secret{}, badPassword(fmt.Sprintf("password file %s: not one line of text", path), "write the password into it, as its only line")
	}
	return access.NewSecret(password), nil
}

func badPassword(text, hint string) error {
	return &access.Error{Kind: access.ErrUnusable, Code: "password_file", Text: text, Hint: hint}
}
