package cmd

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"

	"pinward/internal/access"
	"pinward/internal/config"
)

// The word among serve.proxies that stands for whoever opens the Unix socket.
const socketProxy = "socket"

// A serving is what the configuration says of serving, read.
type serving struct {
	listen    string // address and port; empty: none
	socket    string // path; empty: none
	cert, key string // paths; empty: plain HTTP
	insecure  bool   // plain HTTP may leave the machine
	public    *url.URL

	proxies     []netip.Prefix
	socketProxy bool
}

// readServing reads the values of the configuration. Their mistakes are
// access.ErrUsage and name the key.
func readServing(c config.Serve) (serving, error) {
	v := serving{listen: c.Listen, socket: c.Socket, cert: c.TLSCert, key: c.TLSKey}
	if v.listen == config.Off {
		v.listen = ""
	}
	if v.socket == config.Off {
		v.socket = ""
	}
	if v.listen == "" && v.socket == "" {
		return v, access.Usage("serve.listen and serve.socket: both are off, so nobody could ask", "leave one of them on")
	}
	if (v.cert == "") != (v.key == "") {
		return v, access.Usage("serve.tls_cert and serve.tls_key: one is nothing without the other", "name both: --tls-cert FILE --tls-key FILE")
	}
	var err error
	if v.insecure, err = strconv.ParseBool(c.InsecureHTTP); err != nil {
		return v, access.Usage("serve.insecure_http: not true or false", "write true or false")
	}
	if v.listen != "" && !isAddress(v.listen) {
		return v, access.Usage("serve.listen: not an address and a port", "for example 127.0.0.1:8420, or off")
	}
	if v.public, err = readPublicURL(c.PublicURL); err != nil {
		return v, err
	}
	v.proxies, v.socketProxy, err = readProxies(c.Proxies)
	return v, err
}

// isAddress reports whether text is an address, or the name of one, with the
// number of a port.
func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// readPublicURL reads where browsers reach the pages; nil where they do not.
// Browsers keep the cookies of a page only where nobody on the way can read
// them: https, or this machine.
func readPublicURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	bad := err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" || !access.GoodPort(u)
	if bad || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, access.Usage("serve.public_url: not an https address without a question mark", "for example https://pin.school.example")
	}
	if p := strings.TrimSuffix(u.Path, "/"); p != "" && path.Clean(p) != p {
		return nil, access.Usage("serve.public_url: its path goes up, or has two slashes together", "for example https://school.example/pin")
	}
	return u, nil
}

// readProxies reads addresses, networks and the word socket, with commas or
// spaces between them.
func readProxies(text string) (proxies []netip.Prefix, socket bool, err error) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		if word == socketProxy {
			socket = true
			continue
		}
		p, err := netip.ParsePrefix(word)
		if err != nil {
			a, err := netip.ParseAddr(word)
			if err != nil || a.Zone() != "" {
				return nil, false, access.Usage("serve.proxies: not a list of addresses, networks such as 192.0.2.0/28, and the word socket", "for example 127.0.0.1, or: 192.0.2.0/28, socket")
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if p.Bits() == 0 {
			return nil, false, access.Usage("serve.proxies: a network of all addresses would let anybody say where they are", "name the proxies' own addresses")
		}
		proxies = append(proxies, p.Masked())
	}
	return proxies, socket, nil
}

// isLoopback reports whether a host can only be reached from this machine.
func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}
