package config

import (
	"path/filepath"
	"strings"
)

// The folders of root's pinward, as the Filesystem Hierarchy Standard has them.
const (
	rootData   = "/var/lib/pinward"
	rootConfig = "/etc/pinward"
	rootRun    = "/run/pinward"
)

// credential is the name under which systemd's LoadCredential= hands over a
// keyring (systemd.exec(5)); the password of mails has a name of its own below.
const credential = "pinward-keyring"

// file gives the configuration file to read, "" where no path can be made, and
// whether the user named it.
func (s Sources) file() (path string, named bool) {
	if s.File != "" {
		return s.File, true
	}
	if path := s.Env("PINWARD_CONFIG"); path != "" {
		return path, true
	}
	return join(s.configDir(), "config.yaml"), false
}

// fallback gives the value of a key that nobody named, "" where none can be
// made.
func (s Sources) fallback(key string) (string, Origin) {
	switch key {
	case keyStore:
		return join(s.dir("XDG_DATA_HOME", rootData, ".local/share"), "pinward.db"), FromDefault
	case keyKeyring:
		if dir := s.Env("CREDENTIALS_DIRECTORY"); filepath.IsAbs(dir) {
			return filepath.Join(dir, credential), FromEnv
		}
		return join(s.configDir(), "keyring.json"), FromDefault
	case keyOutput:
		return "table", FromDefault
	case keyServeListen:
		return "127.0.0.1:8420", FromDefault
	case keyServeSocket:
		return s.socket()
	case keyServeInsecureHTTP:
		return "false", FromDefault
	case keyMailDelivery:
		return "off", FromDefault
	case keyMailTLS:
		return "starttls", FromDefault
	case keyMailMaxPerHour:
		return "10", FromDefault
	case keyMailTimeout:
		return "30s", FromDefault
	case keyMailPasswordFile:
		if dir := s.Env("CREDENTIALS_DIRECTORY"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "pinward-mail-password"), FromEnv
		}
		return "", FromDefault
	default:
		return "", FromDefault
	}
}

func (s Sources) configDir() string {
	return s.dir("XDG_CONFIG_HOME", rootConfig, ".config")
}

// dir gives pinward's folder under an XDG base directory. The XDG Base
// Directory Specification has relative values ignored.
func (s Sources) dir(xdg, forRoot, underHome string) string {
	if base := s.Env(xdg); filepath.IsAbs(base) {
		return filepath.Join(base, "pinward")
	}
	if s.Root {
		return forRoot
	}
	if home := s.Env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, underHome, "pinward")
	}
	return ""
}

// firstDir gives the first full path of a list with colons, "" where there is
// none.
func firstDir(list string) string {
	first, _, _ := strings.Cut(list, ":")
	if !filepath.IsAbs(first) {
		return ""
	}
	return first
}

// join keeps an unknown folder unknown: filepath.Join would make it the working
// directory.
func join(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}
