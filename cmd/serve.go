package cmd

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"pinward/internal/app"
	"pinward/internal/config"
	"pinward/internal/store/sqlite"
	"pinward/internal/web"
)

// serveGarbage is how much garbage serve lets pile up, in percent of what it
// holds, where the rule is 100. A PIN takes 19 MiB to hash: with less, memory is
// given back to the system and fetched again for each, a tenth of the time.
const serveGarbage = 400

type serveOptions struct {
	Listen, Socket  string
	TLSCert, TLSKey string
	PublicURL       string
	Proxies         []string
	InsecureHTTP    bool
}

func newServe(s *session) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer portals and show users the pages",
		Long: `Answer portals and show users the pages, until it is told to end: SIGTERM lets
the requests under way end first. It sends the mails that are owed and ends
abandoned logins, so cron need not. Several may run on one store, beside all other
commands.

It listens on 127.0.0.1:8420 and on a Unix socket, or on the sockets that systemd
passes. "off" leaves one of the two out. Each flag is a setting too: --tls-cert is
serve.tls_cert in the file and PINWARD_SERVE_TLS_CERT in the environment. The log
is JSON on standard error; with --quiet it holds warnings and errors alone.
SIGHUP reads certificate and keyring again; a file that is replaced is noticed.

See docs/serve.md for systemd, proxies and what is measured.`,
		Example: `  pinward serve
  pinward serve --listen off --socket /run/pinward/pinward.sock
  pinward serve --public-url https://pin.school.example --proxy 127.0.0.1`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s.flags = o.given(c)
			return s.serve(c.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", "", "listen on `ADDRESS` and port (127.0.0.1:8420), or off")
	f.StringVar(&o.Socket, "socket", "", "listen on the Unix socket `PATH`, or off")
	f.StringVar(&o.TLSCert, "tls-cert", "", "encrypt: `FILE` with the certificate and its chain, PEM")
	f.StringVar(&o.TLSKey, "tls-key", "", "`FILE` with the certificate's private key, PEM")
	f.StringVar(&o.PublicURL, "public-url", "", "`URL` where browsers reach the pages; none: no pages")
	f.StringArrayVar(&o.Proxies, "proxy", nil, "`CIDR` of a proxy whose X-Forwarded-For is believed, or socket; repeatable")
	f.BoolVar(&o.InsecureHTTP, "insecure-http", false, "let plain HTTP leave this machine")
	return c
}

// given gives the flags that were given, as values of the configuration.
func (o serveOptions) given(c *cobra.Command) map[string]string {
	values := map[string]string{
		"serve.listen": o.Listen, "serve.socket": o.Socket, "serve.tls_cert": o.TLSCert, "serve.tls_key": o.TLSKey,
		"serve.public_url": o.PublicURL, "serve.proxies": strings.Join(o.Proxies, ","),
		"serve.insecure_http": strconv.FormatBool(o.InsecureHTTP),
	}
	for key := range values {
		if !c.Flags().Changed(config.Flag(key)) {
			delete(values, key)
		}
	}
	return values
}

// A service is a run of serve: the session, and what runs in it.
type service struct {
	*session
	log     *slog.Logger
	server  *web.Server
	app     atomic.Pointer[app.App] // of the keyring as it is now
	watched []*watched
}

func (s *session) serve(ctx context.Context) error {
	c, err := s.configure()
	if err != nil {
		return err
	}
	settings, err := readServing(c.Serve)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGPIPE) // who reads the log may end before
	defer debug.SetGCPercent(debug.SetGCPercent(serveGarbage))
	v := &service{session: s, log: web.NewLog(s.Err, s.leastLevel())}
	keyring := &watched{what: "keyring", paths: []string{c.Keyring}, reload: v.reloadKeys, seen: stamp([]string{c.Keyring})}
	v.watched = append(v.watched, keyring)
	certificate, err := v.certificate(settings)
	if err != nil {
		return err
	}
	if err := sqlite.LockByDescription(); err != nil {
		v.log.Warn("the store is locked as by any command", "error", err.Error())
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	doors, err := s.openDoors(ctx, settings, certificate)
	if err != nil {
		return err
	}
	v.app.Store(a)
	v.server = web.New(web.Options{
		App: a, By: s.Operator, Now: s.Now, Random: s.Random, Log: v.log, Version: s.Version, Cores: runtime.GOMAXPROCS(0),
		Public: settings.public, Proxies: settings.proxies, SocketProxy: settings.socketProxy,
	})
	return v.run(ctx, doors)
}

// certificate reads the certificate, which is then watched; nil where there is
// none.
func (v *service) certificate(settings serving) (*tls.Config, error) {
	if settings.cert == "" {
		return nil, nil
	}
	paths := []string{settings.cert, settings.key}
	seen := stamp(paths)
	c, err := web.LoadCertificate(settings.cert, settings.key)
	if err != nil {
		return nil, err
	}
	reload := func(context.Context) error { return c.Reload() }
	v.watched = append(v.watched, &watched{what: "certificate", paths: paths, reload: reload, seen: seen})
	return c.Config(), nil
}

func (s *session) leastLevel() slog.Level {
	if s.globals.Quiet {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// run serves until ctx ends. The store is closed after it, by the session.
func (v *service) run(ctx context.Context, doors []door) error {
	var listeners []net.Listener
	for _, d := range doors {
		v.log.Info("listening", "address", d.Addr().String(), "encrypted", d.encrypted)
		listeners = append(listeners, d)
	}
	within, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { v.keep(within) })
	beside.Go(func() { v.loop(within, "ending abandoned logins", sweepEvery, v.sweepLogins) })
	if v.mails() {
		beside.Go(func() { v.loop(within, "sending mails", outboxEvery, v.sendMails) })
	}
	beside.Go(func() {
		<-within.Done()
		v.log.Info("ending")
		v.notify("STOPPING=1")
	})
	v.notify("READY=1")
	v.log.Info("ready", "version", v.Version, "store", v.config.Store)
	err := v.server.Serve(ctx, listeners)
	stop()
	beside.Wait()
	v.log.Info("ended")
	return err
}
