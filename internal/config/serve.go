package config

// A Serve says how requests reach pinward. Its values are texts, unchecked here:
// the command that serves says what they may be.
type Serve struct {
	Listen       string `mapstructure:"listen"`
	Socket       string `mapstructure:"socket"`   // path
	TLSCert      string `mapstructure:"tls_cert"` // path
	TLSKey       string `mapstructure:"tls_key"`  // path
	PublicURL    string `mapstructure:"public_url"`
	Proxies      string `mapstructure:"proxies"`
	InsecureHTTP string `mapstructure:"insecure_http"`
}

// Off is the value of serve.listen or serve.socket that leaves it out.
const Off = "off"

// groupServe is the map of the configuration file that holds the keys of serving.
const groupServe = "serve"

// The keys of serving.
const (
	keyServeListen       = groupServe + ".listen"
	keyServeSocket       = groupServe + ".socket"
	keyServeTLSCert      = groupServe + ".tls_cert"
	keyServeTLSKey       = groupServe + ".tls_key"
	keyServePublicURL    = groupServe + ".public_url"
	keyServeProxies      = groupServe + ".proxies"
	keyServeInsecureHTTP = groupServe + ".insecure_http"
)

func serveKeys() []string {
	return []string{
		keyServeListen, keyServeSocket, keyServeTLSCert, keyServeTLSKey,
		keyServePublicURL, keyServeProxies, keyServeInsecureHTTP,
	}
}

// socket gives where the Unix socket lies: in the folder that systemd makes for
// the service, else in the user's or the system's folder for such files, else
// beside the default store.
func (s Sources) socket() (string, Origin) {
	const name = "pinward.sock"
	if dir := firstDir(s.Env("RUNTIME_DIRECTORY")); dir != "" {
		return join(dir, name), FromEnv
	}
	return join(s.dir("XDG_RUNTIME_DIR", rootRun, ".local/share"), name), FromDefault
}
