package config

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// writeFile puts a configuration into a fresh folder whose name has a space.
func writeFile(t *testing.T, content string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "école 1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadDefaults(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	tests := []struct {
		name           string
		env            map[string]string
		root           bool
		store, keyring string
		keyringOrigin  Origin
	}{
		{
			name:    "a home directory alone",
			env:     map[string]string{"HOME": home},
			store:   home + "/.local/share/pinward/pinward.db",
			keyring: home + "/.config/pinward/keyring.json",
		},
		{
			name:    "XDG variables come before the home directory",
			env:     map[string]string{"HOME": home, "XDG_DATA_HOME": home + "/my data", "XDG_CONFIG_HOME": home + "/my config"},
			store:   home + "/my data/pinward/pinward.db",
			keyring: home + "/my config/pinward/keyring.json",
		},
		{
			name:    "relative XDG variables are ignored",
			env:     map[string]string{"HOME": home, "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "."},
			store:   home + "/.local/share/pinward/pinward.db",
			keyring: home + "/.config/pinward/keyring.json",
		},
		{
			name:    "XDG variables need no home directory",
			env:     map[string]string{"XDG_DATA_HOME": home + "/d", "XDG_CONFIG_HOME": home + "/c"},
			store:   home + "/d/pinward/pinward.db",
			keyring: home + "/c/pinward/keyring.json",
		},
		{
			name:    "root uses the system's folders where XDG_DATA_HOME is set alone",
			env:     map[string]string{"HOME": home, "XDG_DATA_HOME": home + "/d", "XDG_CONFIG_HOME": ""},
			root:    true,
			store:   home + "/d/pinward/pinward.db",
			keyring: "/etc/pinward/keyring.json",
		},
		{
			name:    "root uses the system's folders where XDG_CONFIG_HOME is set alone",
			env:     map[string]string{"XDG_CONFIG_HOME": home},
			root:    true,
			store:   "/var/lib/pinward/pinward.db",
			keyring: home + "/pinward/keyring.json",
		},
		{
			name:          "systemd hands over the keyring",
			env:           map[string]string{"HOME": home, "CREDENTIALS_DIRECTORY": "/run/credentials/pinward.service"},
			store:         home + "/.local/share/pinward/pinward.db",
			keyring:       "/run/credentials/pinward.service/pinward-keyring",
			keyringOrigin: FromEnv,
		},
		{
			name:          "a keyring that is named comes before systemd's",
			env:           map[string]string{"HOME": home, "CREDENTIALS_DIRECTORY": "/run/credentials/x", "PINWARD_KEYRING": "/k.json"},
			store:         home + "/.local/share/pinward/pinward.db",
			keyring:       "/k.json",
			keyringOrigin: FromEnv,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// An empty file keeps this machine's own configuration out.
			c, err := Load(Sources{File: writeFile(t, ""), Env: env(tt.env), Root: tt.root})
			if err != nil {
				t.Fatal(err)
			}
			if c.Store != tt.store || c.Keyring != tt.keyring || c.Output != "table" {
				t.Errorf("got %+v, want store %s and keyring %s", c, tt.store, tt.keyring)
			}
			want := tt.keyringOrigin
			if want == "" {
				want = FromDefault
			}
			if got := c.Origin("keyring"); got != want {
				t.Errorf("origin of keyring: got %s, want %s", got, want)
			}
		})
	}
}

func TestLoadOrder(t *testing.T) {
	const file = "store: /file.db\nkeyring: /file.json\noutput: csv\n"
	inEnv := map[string]string{"PINWARD_STORE": "/env.db", "PINWARD_KEYRING": "/env.json", "PINWARD_OUTPUT": "json"}
	flags := map[string]string{"store": "/flag.db", "keyring": "/flag.json", "output": "jsonl"}
	tests := []struct {
		name          string
		file          string
		env, flags    map[string]string
		store, output string
		origin        Origin
	}{
		{"default", "", nil, nil, "/home/u/.local/share/pinward/pinward.db", "table", FromDefault},
		{"file over default", file, nil, nil, "/file.db", "csv", FromFile},
		{"environment over file", file, inEnv, nil, "/env.db", "json", FromEnv},
		{"environment over default", "", inEnv, nil, "/env.db", "json", FromEnv},
		{"flag over environment and file", file, inEnv, flags, "/flag.db", "jsonl", FromFlag},
		{"flag over file", file, nil, flags, "/flag.db", "jsonl", FromFlag},
		{"an empty variable is unset", file, map[string]string{"PINWARD_STORE": ""}, nil, "/file.db", "csv", FromFile},
		{"a file of comments alone", "# nothing\n", nil, nil, "/home/u/.local/share/pinward/pinward.db", "table", FromDefault},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vars := map[string]string{"HOME": "/home/u"}
			maps.Copy(vars, tt.env)
			c, err := Load(Sources{File: writeFile(t, tt.file), Flags: tt.flags, Env: env(vars)})
			if err != nil {
				t.Fatal(err)
			}
			if c.Store != tt.store || c.Output != tt.output {
				t.Errorf("got %+v, want store %s and output %s", c, tt.store, tt.output)
			}
			for _, key := range []string{"store", "keyring", "output"} {
				if got := c.Origin(key); got != tt.origin {
					t.Errorf("origin of %s: got %s, want %s", key, got, tt.origin)
				}
			}
		})
	}
}

func TestLoadFindsFile(t *testing.T) {
	path := writeFile(t, "output: json\n")
	xdg := t.TempDir()
	if err := Write(filepath.Join(xdg, "pinward/config.yaml"), Config{Output: "csv"}); err != nil {
		t.Fatal(err)
	}
	both := map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": xdg, "PINWARD_CONFIG": path}
	tests := []struct {
		name         string
		flag         string
		env          map[string]string
		file, output string
	}{
		{"--config", path, map[string]string{"HOME": "/home/u", "PINWARD_CONFIG": "/nowhere"}, path, "json"},
		{"PINWARD_CONFIG over the default path", "", both, path, "json"},
		{"the default path", "", map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": xdg}, xdg + "/pinward/config.yaml", "csv"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Load(Sources{File: tt.flag, Env: env(tt.env)})
			if err != nil {
				t.Fatal(err)
			}
			if c.File != tt.file || c.Output != tt.output {
				t.Errorf("got file %s and output %s, want %s and %s", c.File, c.Output, tt.file, tt.output)
			}
		})
	}
}

func TestDefaultFile(t *testing.T) {
	tests := []struct {
		name string
		vars map[string]string
		root bool
		want string
	}{
		{"a user", map[string]string{"HOME": "/home/u"}, false, "/home/u/.config/pinward/config.yaml"},
		{"a user with XDG_CONFIG_HOME", map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": "/x"}, false, "/x/pinward/config.yaml"},
		{"root", map[string]string{"HOME": "/root"}, true, "/etc/pinward/config.yaml"},
		{"root with XDG_CONFIG_HOME", map[string]string{"HOME": "/root", "XDG_CONFIG_HOME": "/x"}, true, "/x/pinward/config.yaml"},
		{"nobody", nil, false, ""},
		{"a relative home directory", map[string]string{"HOME": "."}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, named := Sources{Env: env(tt.vars), Root: tt.root}.file()
			if got != tt.want || named {
				t.Errorf("got %q, named %v, want %q, not named", got, named, tt.want)
			}
		})
	}
}

func TestLoadIgnoresWorkingDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"config.yaml", "pinward.yaml", ".pinward.yaml"} {
		if err := os.WriteFile(name, []byte("store: /planted.db\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, vars := range map[string]map[string]string{
		"with a home":          {"HOME": "/home/u"},
		"with paths alone":     {"PINWARD_STORE": "/s.db", "PINWARD_KEYRING": "/k.json"},
		"with a relative home": {"HOME": ".", "XDG_CONFIG_HOME": ".", "PINWARD_STORE": "/s.db", "PINWARD_KEYRING": "/k.json"},
	} {
		c, err := Load(Sources{Env: env(vars)})
		if err != nil || c.File != "" || c.Store == "/planted.db" {
			t.Errorf("%s: got %+v, %v, want no file read", name, c, err)
		}
	}
}

func TestLoadWithoutHome(t *testing.T) {
	tests := []struct {
		name string
		vars map[string]string
		want string
	}{
		{"nothing named", nil, "store"},
		{"store named", map[string]string{"PINWARD_STORE": "/s.db"}, "keyring"},
		{"both named", map[string]string{"PINWARD_STORE": "/s.db", "PINWARD_KEYRING": "/k.json"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Load(Sources{Env: env(tt.vars)})
			if tt.want == "" {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			if !errors.Is(err, ErrNoHome) || !strings.HasPrefix(err.Error(), tt.want+": ") {
				t.Errorf("got %v, want ErrNoHome for the %s", err, tt.want)
			}
			if c.Output != "table" || c.Store != tt.vars["PINWARD_STORE"] {
				t.Errorf("got %+v, want what is known beside the error", c)
			}
		})
	}
}

func TestLoadNamedFileMustExist(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "no such file.yaml")
	for name, s := range map[string]Sources{
		"--config":       {File: absent, Env: env(map[string]string{"HOME": "/home/u"})},
		"PINWARD_CONFIG": {Env: env(map[string]string{"HOME": "/home/u", "PINWARD_CONFIG": absent})},
	} {
		if _, err := Load(s); !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), absent) != 1 {
			t.Errorf("%s: got %v, want ErrNotExist naming the file once", name, err)
		}
		c, err := Paths(s)
		if err != nil || c.File != absent || c.Store == "" {
			t.Errorf("%s: paths: got %+v, %v, want the absent file's path", name, c, err)
		}
	}
	if _, err := Load(Sources{File: filepath.Dir(absent), Env: env(nil)}); err == nil {
		t.Error("a folder as configuration file: got no error")
	}
	_, err := Load(Sources{Flags: map[string]string{"store": ""}, Env: env(map[string]string{"HOME": "/home/u"})})
	if err == nil {
		t.Error("an empty --store: got no error")
	}
}

func TestPaths(t *testing.T) {
	home := t.TempDir()
	c, err := Paths(Sources{Env: env(map[string]string{"HOME": home})})
	if err != nil || c.File != home+"/.config/pinward/config.yaml" {
		t.Errorf("got %+v, %v, want the default path of the file", c, err)
	}
	named := map[string]string{"PINWARD_STORE": "/s.db", "PINWARD_KEYRING": "/k.json"}
	if _, err := Paths(Sources{Env: env(named)}); !errors.Is(err, ErrNoHome) {
		t.Errorf("without a home: got %v, want ErrNoHome", err)
	}
	broken := writeFile(t, "typo: x\n")
	if _, err := Paths(Sources{File: broken, Env: env(named)}); err == nil {
		t.Error("a broken file: got no error")
	}
}
