package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"

	"pinward/internal/access"
)

// intro is how every file in the age format begins (age-encryption.org/v1).
const intro = "age-encryption.org/v1\n"

// Recipients are those who can open a sealed backup. None means that it is not
// sealed.
type Recipients []age.Recipient

// ParseRecipients reads age's public keys, "age1…".
func ParseRecipients(texts []string) (Recipients, error) {
	var all Recipients
	for i, text := range texts {
		parsed, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil || len(parsed) != 1 {
			return nil, access.Usage(fmt.Sprintf("age recipient %d: not a public key of age", i+1), "give what age-keygen calls the public key: age1…")
		}
		all = append(all, parsed...)
	}
	return all, nil
}

// Seal copies r to w, sealed to the recipients.
func (a Recipients) Seal(w io.Writer, r io.Reader) error {
	sealed, err := age.Encrypt(w, a...)
	if err != nil {
		return fmt.Errorf("seal the backup: %w", err)
	}
	if _, err := io.Copy(sealed, r); err != nil {
		return fmt.Errorf("seal the backup: %w", err)
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("seal the backup: %w", err)
	}
	return nil
}

// Open gives the content of a backup, opened with the identities in the file at
// identityPath where it is sealed. It fails with access.ErrRefused and the codes
// backup_sealed (it is, and no identity file was named), backup_not_sealed,
// identity_unreadable and identity_wrong; reading on with access.ErrDamaged.
func Open(r io.Reader, identityPath string) (io.Reader, error) {
	content := bufio.NewReader(r)
	head, err := content.Peek(len(intro))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch sealed := string(head) == intro; {
	case sealed && identityPath == "":
		return nil, access.Refused("backup_sealed", "the backup is sealed", "give the file of the age identity that opens it: --age-identity FILE")
	case !sealed && identityPath != "":
		return nil, access.Refused("backup_not_sealed", "the backup is not sealed with age", "leave --age-identity out")
	case !sealed:
		return content, nil
	}
	identities, err := readIdentities(identityPath)
	if err != nil {
		return nil, err
	}
	opened, err := age.Decrypt(content, identities...)
	if err != nil {
		return nil, access.Refused("identity_wrong", "the backup does not open with this age identity", "give the identity of one of the recipients that it was sealed to")
	}
	return intact{opened}, nil
}

// An intact reader says of content that does not open that it is damaged.
type intact struct{ content io.Reader }

func (r intact) Read(b []byte) (int, error) {
	n, err := r.content.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &access.Error{
			Kind: access.ErrDamaged, Code: "backup_damaged",
			Text: "the sealed backup was changed or cut short", Hint: "nothing was changed; take another backup",
		}
	}
	return n, err
}

// readIdentities says nothing of the file's content: it is secret.
func readIdentities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		var pathErr *fs.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		return nil, access.Refused("identity_unreadable", fmt.Sprintf("age identity %s: %v", path, err), "name the file that age-keygen wrote")
	}
	defer f.Close()
	identities, err := age.ParseIdentities(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, access.Refused("identity_unreadable", fmt.Sprintf("age identity %s: holds no identity of age", path), "name the file that age-keygen wrote")
	}
	return identities, nil
}
