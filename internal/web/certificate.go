package web

import (
	"crypto/tls"
	"fmt"
	"sync/atomic"

	"pinward/internal/access"
)

// A Certificate is the one that the server shows, read from files that are
// renewed while it runs.
type Certificate struct {
	cert, key string
	now       atomic.Pointer[tls.Certificate]
}

// LoadCertificate reads a certificate with its chain and its private key, both
// PEM. It fails with access.ErrRefused, code tls_unreadable.
func LoadCertificate(cert, key string) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key}
	return c, c.Reload()
}

// Reload reads the files again. Where they cannot be used, the certificate stays
// what it was.
func (c *Certificate) Reload() error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return access.Refused("tls_unreadable", fmt.Sprintf("read the certificate %s and its key %s: %v", c.cert, c.key, err),
			"both are PEM files; the certificate comes first in its file, its chain below it")
	}
	c.now.Store(&pair)
	return nil
}

// Config gives how connections are encrypted: TLS 1.2 or newer.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now.Load(), nil },
	}
}
