package main

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// How large a store of scale 1 is.
const (
	fullAccounts      = 100_000
	devicesPerAccount = 3
	loginsPerAccount  = 10
	schools           = 20
	rowsPerCommit     = 100_000
)

// A sample is a store filled with valid rows that nobody typed: people, their
// PINs, their devices with true tokens, and the log of their logins.
type sample struct {
	path     string // of the store
	keyring  string
	accounts int
	store    *sqlite.Store
	keys     *secret.Keyring
	app      *app.App
	now      time.Time
	random   *rand.Rand
}

// operator is who asks in this process.
func operator() access.Operator {
	return access.Operator{ID: "uid:0", Name: "bench", Role: access.RoleAdmin}
}

// newSample makes and fills a store of that many accounts in dir.
func newSample(ctx context.Context, dir string, accounts int) (*sample, error) {
	s := &sample{
		path: filepath.Join(dir, "pinward.db"), keyring: filepath.Join(dir, "keyring.json"),
		accounts: accounts, now: time.Now().UTC().Truncate(time.Millisecond),
		random: rand.New(rand.NewPCG(1, 2)),
	}
	var err error
	if s.keys, err = secret.NewKeyring(crand.Reader, s.now); err != nil {
		return nil, err
	}
	if err := s.keys.Create(s.keyring); err != nil {
		return nil, err
	}
	if s.store, err = sqlite.Create(ctx, s.path); err != nil {
		return nil, err
	}
	s.app = app.New(app.Deps{
		Store: s.store, Keys: s.keys, Hasher: secret.DefaultHasher(), Now: time.Now, Random: crand.Reader,
	})
	var all []access.School
	for n := range schools {
		all = append(all, access.School{Code: schoolCode(n), Name: fmt.Sprintf("School %d", n), TimeZone: "Europe/Paris", Lang: "fr"})
	}
	if err := s.app.Init(ctx, operator(), all); err != nil {
		return nil, err
	}
	for _, fill := range []struct {
		rows int
		put  func(context.Context, store.Tx, int) error
	}{
		{accounts, s.putAccount},
		{accounts * devicesPerAccount, s.putDevice},
		{accounts * loginsPerAccount, s.putLogin},
	} {
		if err := s.fill(ctx, fill.rows, fill.put); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *sample) fill(ctx context.Context, rows int, put func(context.Context, store.Tx, int) error) error {
	for from := 0; from < rows; from += rowsPerCommit {
		err := s.store.Update(ctx, func(tx store.Tx) error {
			for n := from; n < min(from+rowsPerCommit, rows); n++ {
				if err := put(ctx, tx, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func schoolCode(n int) string { return fmt.Sprintf("%07dA", 750000+n) }

func loginName(n int) string { return fmt.Sprintf("%s.%s%d", givenName(n), familyName(n), n) }

func givenName(n int) string {
	names := [...]string{"alba", "bruno", "chiara", "dario", "elsa", "fanny", "gaspard", "hana", "ivo", "jade", "karim"}
	return names[n%len(names)]
}

func familyName(n int) string {
	names := [...]string{"sample", "exemple", "muster", "esempio", "ejemplo", "przyklad", "voorbeeld"}
	return names[n/3%len(names)]
}

func profileOf(n int) access.Profile {
	switch n % 20 {
	case 0:
		return access.Teacher
	case 1:
		if n%40 == 1 {
			return access.Staff
		}
		return access.Teacher
	case 2, 3, 4, 5, 6, 7:
		return access.Guardian
	default:
		return access.Student
	}
}

// keyOf gives the key of the nth account: they are the store's first.
func keyOf(n int) int64 { return int64(n) + 1 }

func accountID(n int) string { return fmt.Sprintf("a%016x", n) }

func (s *sample) putAccount(ctx context.Context, tx store.Tx, n int) error {
	created := s.now.Add(-access.Days(300)).Add(time.Duration(n) * time.Second)
	a := access.Account{
		ID: accountID(n), Login: loginName(n), ExternalID: fmt.Sprintf("ext-%06d", n),
		FamilyName: familyName(n), GivenName: givenName(n), Profile: profileOf(n),
		Schools: []string{schoolCode(n % schools)}, Group: fmt.Sprintf("%dB", n%7),
		Email: loginName(n) + "@example.org", Status: access.Active, Protection: access.ByPIN,
		Imported: true, ChosenAt: created, CreatedAt: created, UpdatedAt: created, AuditSeq: 1,
	}
	if err := tx.PutAccount(ctx, &a); err != nil {
		return err
	}
	// The cost stands in the sealed record; a low one makes a valid row quickly.
	sealed, err := s.keys.SealPIN(crand.Reader, secret.Hasher{MemoryKiB: 8, Time: 1}, a.ID, access.NewPIN("704913"))
	if err != nil {
		return err
	}
	return tx.PutCredential(ctx, a.Key, access.Credential{
		KeyID: sealed.KeyID, Sealed: sealed.Blob, SetAt: created, SetBy: a.ID, AuditSeq: 1,
	})
}

func deviceID(n int) string { return fmt.Sprintf("d%016x", n) }

// salt is the salt of the nth device.
func salt(n int) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(n)), 0x70696e77617264)
}

// token gives what the browser of the nth device holds.
func (s *sample) token(n int) (secret.Token, error) {
	return s.keys.DeviceToken(s.keys.ActiveID(), deviceID(n), int64(n%5), salt(n))
}

func (s *sample) putDevice(ctx context.Context, tx store.Tx, n int) error {
	token, err := s.token(n)
	if err != nil {
		return err
	}
	browser := access.ParseBrowser(userAgent(n))
	seen := s.now.Add(-time.Duration(n%100) * time.Hour)
	return tx.PutDevice(ctx, &access.Device{
		ID: deviceID(n), AccountKey: keyOf(n / devicesPerAccount), Label: fmt.Sprintf("Room %d", n%devicesPerAccount+100),
		Kind: browser.Kind(userAgent(n)), Proof: access.ProofPIN, Browser: browser, LastIP: address(n),
		TokenKeyID: s.keys.ActiveID(), Salt: salt(n), Generation: int64(n % 5), TokenHash: token.Hash(), PresentedAt: seen,
		FirstSeenAt: s.now.Add(-access.Days(100)), LastSeenAt: seen, ExpiresAt: s.now.Add(access.Days(200)), AuditSeq: 1,
	})
}

func userAgent(n int) string {
	agents := [...]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
	}
	return agents[n%len(agents)]
}

func address(n int) netip.Addr {
	if n%10 == 0 {
		a := netip.MustParseAddr("2001:db8::").As16()
		binary.BigEndian.PutUint32(a[12:], uint32(n))
		return netip.AddrFrom16(a)
	}
	return netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)})
}

// putLogin stores logins of two in a minute's distance. One in a hundred is of
// an unknown account, one in ten was denied, four in ten were recognized.
func (s *sample) putLogin(ctx context.Context, tx store.Tx, n int) error {
	began := s.now.Add(-time.Duration(s.accounts*loginsPerAccount-n) * 10 * time.Second)
	who := s.random.IntN(s.accounts)
	l := access.Login{
		IDHash:   binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, s.random.Uint64()), s.random.Uint64()),
		OpenedBy: "uid:0", AccountKey: keyOf(who), StartedAt: began, ExpiresAt: began.Add(access.LoginFor),
		IP: address(s.random.IntN(1 << 16)), UserAgent: userAgent(s.random.IntN(6)), Token: "no_token",
	}
	l.End(access.LoginPassed, access.Allow, access.ReasonNewDevice, began.Add(time.Duration(n%60_000)*time.Millisecond))
	l.PINAt = l.EndedAt
	switch {
	case n%100 == 0:
		l.AccountKey, l.PINAt = 0, time.Time{}
		l.End(access.LoginDenied, access.Deny, access.ReasonAccountUnknown, began)
	case n%10 == 1:
		l.WrongPINs, l.PINAt = access.LoginTries, time.Time{}
		l.End(access.LoginDenied, access.Deny, access.ReasonLoginExhausted, l.EndedAt)
	case n%5 < 2:
		l.Recognized, l.DeviceID, l.Token, l.PINAt = true, deviceID(who*devicesPerAccount), "recognized", time.Time{}
		l.End(access.LoginPassed, access.Allow, access.ReasonDeviceRecognized, began)
	}
	return tx.PutLogin(ctx, &l)
}
