package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/viper"
)

// maxFile is the size, in bytes, past which a file is not a configuration.
const maxFile = 64 << 10

// What is written in a file.
type written struct {
	texts      map[string]string // by key
	thresholds map[string]int    // of detection, by name
}

// read gives the file's values, paths made relative to the file's folder. Its
// errors hold the file's path and a line number, never what stands there: what
// was read by mistake may be a secret.
func read(path string, thresholds map[string]int) (written, error) {
	data, err := readFile(path)
	if err != nil {
		return written{}, fmt.Errorf("read configuration file %q: %w", path, err)
	}
	values, err := decode(data, thresholds)
	if err != nil {
		return written{}, fmt.Errorf("read configuration file %q: %w", path, err)
	}
	for _, key := range pathKeys() {
		if value, given := values.texts[key]; given && (key != keyServeSocket || value != Off) {
			values.texts[key] = against(filepath.Dir(path), value)
		}
	}
	return values, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d KiB", maxFile>>10)
	}
	return data, nil
}

// cause drops the path that os has put before a failure, as the caller has
// named it already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// decode reads YAML and refuses what viper would take silently: other spellings
// of a key, numbers and lists for text.
func decode(data []byte, thresholds map[string]int) (written, error) {
	yaml, err := viper.NewCodecRegistry().Decoder("yaml")
	if err != nil {
		return written{}, err
	}
	values := map[string]any{}
	if err := yaml.Decode(data, values); err != nil {
		return written{}, errors.New(atLine(yamlLine(err), "not YAML of the form key: value, each key once"))
	}
	for _, name := range groups() {
		if err := spread(values, name); err != nil {
			return written{}, errors.New(atLine(lineOf(data, name), err.Error()))
		}
	}
	known := append(Keys(), keyDetect)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, key) {
			return written{}, errors.New(atLine(lineOf(data, key), "unknown key; the keys are "+strings.Join(known, ", ")))
		}
	}
	texts, err := readTexts(data, values)
	if err != nil {
		return written{}, err
	}
	of, err := readDetect(data, values[keyDetect], thresholds)
	return written{texts, of}, err
}

// readTexts takes the keys that hold a text.
func readTexts(data []byte, values map[string]any) (map[string]string, error) {
	texts := map[string]string{}
	for _, key := range Keys() {
		value, given := values[key]
		if !given {
			continue
		}
		text, isText := value.(string)
		if yes, isBool := value.(bool); isBool && key == keyServeInsecureHTTP {
			text, isText = strconv.FormatBool(yes), true
		}
		if n, isNumber := value.(int); isNumber && (key == keyMailPort || key == keyMailMaxPerHour) {
			text, isText = strconv.Itoa(n), true
		}
		if !isText || text == "" {
			return nil, errors.New(atLine(lineOf(data, key), key+": not a text; put it in quotes or remove the line"))
		}
		texts[key] = text
	}
	return texts, nil
}

// spread makes a group's keys keys of the top level: "mail.host".
func spread(values map[string]any, name string) error {
	group, given := values[name]
	if !given {
		return nil
	}
	within, isGroup := group.(map[string]any)
	if !isGroup {
		return errors.New(name + ": not a group of keys, each on a line of its own and indented")
	}
	delete(values, name)
	for key, value := range within {
		key = name + "." + key
		if _, twice := values[key]; twice {
			return errors.New(name + ": a key stands twice")
		}
		values[key] = value
	}
	return nil
}

func atLine(line int, text string) string {
	if line == 0 {
		return text
	}
	return fmt.Sprintf("line %d: %s", line, text)
}

// yamlLine gives the line that the YAML reader complains of, 0 where it names
// none. Nothing else of its message may be shown.
func yamlLine(err error) int {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n  ")
	var line int
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		return line
	}
	return 0
}

// lineOf gives the line that a key stands on, 0 where it is not written as a line
// of its own. A key of a group stands there without the group's name, indented.
func lineOf(data []byte, key string) int {
	_, inGroup, _ := strings.Cut(key, ".")
	for i, line := range bytes.Split(data, []byte("\n")) {
		name, _, found := strings.Cut(string(line), ":")
		plain := strings.Trim(name, "\ufeff \t\"'")
		indented := strings.HasPrefix(name, " ")
		if found && (plain == key || indented && inGroup != "" && plain == inGroup) {
			return i + 1
		}
	}
	return 0
}

// against resolves a path of the file against the file's folder. A URL stays
// what it is.
func against(dir, path string) string {
	if filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(dir, path)
}
