// Package config decides where the store and the keyring lie and how answers
// are written: by flags, environment, the configuration file and defaults.
//
// It knows nothing of what lies there: it opens no store and reads no key. It
// never looks into the working directory, so that a file left there by somebody
// else changes nothing.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

// ErrNoHome says that a path was named nowhere and that no default can be made,
// since neither HOME nor the XDG variable for it is set. Load and Paths give it
// together with everything that is known.
var ErrNoHome = errors.New("no home directory")

// The keys of the configuration file.
const (
	keyStore   = "store"
	keyKeyring = "keyring"
	keyOutput  = "output"
)

// Keys lists the keys of the configuration file that hold a text, in the order they
// are shown.
func Keys() []string {
	return slices.Concat([]string{keyStore, keyKeyring, keyOutput}, serveKeys(), mailKeys())
}

// groups lists the maps of the configuration file that hold such keys.
func groups() []string { return []string{groupServe, groupMail} }

// pathKeys lists the keys whose values are paths.
func pathKeys() []string {
	return []string{
		keyStore, keyKeyring, keyServeSocket, keyServeTLSCert, keyServeTLSKey,
		keyMailPasswordFile, keyMailFolder, keyMailCAFile,
	}
}

// An Origin says what decided a value.
type Origin string

// The origins, weakest first.
const (
	FromDefault Origin = "default"
	FromFile    Origin = "file"
	FromEnv     Origin = "environment" // PINWARD_…, or the credentials that systemd hands over
	FromFlag    Origin = "flag"
)

// A Config is what was decided. A relative path in the configuration file
// counts from the folder of that file, one in a flag or in the environment from
// the working directory.
type Config struct {
	Store   string `mapstructure:"store"`   // path, or a URL with "://"
	Keyring string `mapstructure:"keyring"` // path
	Output  string `mapstructure:"output"`  // format of answers, unchecked here
	Serve   Serve  `mapstructure:"serve"`
	Mail    Mail   `mapstructure:"mail"`

	Detect map[string]int `mapstructure:"-"` // thresholds of detection, by name

	// File is the configuration file: from Load the one that was read, else "";
	// from Paths the one that is or would be read.
	File string `mapstructure:"-"`

	values  map[string]string
	origins map[string]Origin
}

// Value gives what was decided for a key, as a text.
func (c Config) Value(key string) string { return c.values[key] }

// Origin tells what decided the value of a key.
func (c Config) Origin(key string) Origin {
	if o, ok := c.origins[key]; ok {
		return o
	}
	return FromDefault
}

// Sources are the places that decide, as the caller found them.
type Sources struct {
	File  string            // --config; "" means PINWARD_CONFIG, else the default path, which may be absent
	Flags map[string]string // the flags that were given, by key
	Env   func(string) string
	Root  bool // whether the effective user is root

	Detect map[string]int // the thresholds of detection that there are, and their defaults
}

// Load decides every key: a flag wins over PINWARD_STORE, PINWARD_KEYRING,
// PINWARD_OUTPUT, PINWARD_MAIL_HOST and their like, these over the file, the file
// over the default; an empty variable counts as unset. A file that was named must
// exist. No error quotes the file's content.
func Load(s Sources) (Config, error) {
	path, named := s.file()
	if path == "" {
		return decideAll(s, "", written{})
	}
	values, err := read(path, s.Detect)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return decideAll(s, "", written{})
	}
	if err != nil {
		return Config{}, err
	}
	return decideAll(s, path, values)
}

// Paths decides like Load, but a missing file is no error even where it was
// named, and File tells where it would be: for the command that creates it.
func Paths(s Sources) (Config, error) {
	path, _ := s.file()
	if path == "" {
		c, err := decideAll(s, "", written{})
		if err == nil {
			err = noHome("configuration file", "XDG_CONFIG_HOME")
		}
		return c, err
	}
	values, err := read(path, s.Detect)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Config{}, err
	}
	return decideAll(s, path, values)
}

// decideAll lays the sources over each other, weakest first.
func decideAll(s Sources, file string, values written) (Config, error) {
	c := Config{File: file, values: map[string]string{}, origins: map[string]Origin{}}
	v := viper.New()
	for _, key := range Keys() {
		value, origin := s.fallback(key)
		v.SetDefault(key, value)
		c.origins[key] = origin
	}
	if err := c.decideDetect(s, values.thresholds); err != nil {
		return Config{}, err
	}
	for key, value := range values.texts {
		v.Set(key, value)
		c.origins[key] = FromFile
	}
	for _, key := range Keys() {
		if value := s.Env(variable(key)); value != "" {
			v.Set(key, value)
			c.origins[key] = FromEnv
		}
		value, given := s.Flags[key]
		if !given {
			continue
		}
		if value == "" {
			return Config{}, fmt.Errorf("flag --%s: empty", Flag(key))
		}
		v.Set(key, value)
		c.origins[key] = FromFlag
	}
	if err := v.UnmarshalExact(&c); err != nil {
		return Config{}, errors.New("decide configuration: a value does not fit its key")
	}
	for _, key := range Keys() {
		c.values[key] = v.GetString(key)
	}
	return c, c.missing()
}

// Flag gives the name of the flag that decides a key, where a command has one.
func Flag(key string) string {
	if key == keyServeProxies {
		return "proxy" // given once for each
	}
	return strings.ReplaceAll(strings.TrimPrefix(key, groupServe+"."), "_", "-")
}

// variable gives the variable of the environment that decides a key.
func variable(key string) string {
	return "PINWARD_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// missing reports the paths that nothing decided.
func (c Config) missing() error {
	if c.Store == "" {
		return noHome("store", "XDG_DATA_HOME")
	}
	if c.Keyring == "" {
		return noHome("keyring", "XDG_CONFIG_HOME")
	}
	return nil
}

func noHome(what, xdg string) error {
	return fmt.Errorf("%s: no default path, as neither HOME nor %s holds a full path: %w", what, xdg, ErrNoHome)
}
