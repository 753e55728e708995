package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// keyDetect is the section of the file that holds the thresholds of detection:
// whole numbers, 0 to switch a rule off.
const keyDetect = "detect"

// maxThreshold is the largest threshold that makes sense of any kind.
const maxThreshold = 1_000_000

// Thresholds lists the keys of the thresholds, such as "detect.new_devices", in
// the order they are shown.
func (c Config) Thresholds() []string {
	names := slices.Sorted(maps.Keys(c.Detect))
	for i := range names {
		names[i] = thresholdKey(names[i])
	}
	return names
}

func thresholdKey(name string) string { return keyDetect + "." + name }

// readDetect takes the thresholds of a section that holds nothing else.
func readDetect(data []byte, value any, known map[string]int) (map[string]int, error) {
	if value == nil {
		return nil, nil
	}
	section, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New(atLine(lineOf(data, keyDetect), keyDetect+": not a section; put its keys below it, indented"))
	}
	thresholds := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(section)) {
		if _, ok := known[name]; !ok {
			return nil, errors.New(atLine(lineOf(data, thresholdKey(name)), "unknown key; those of "+keyDetect+" are "+strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		}
		n, ok := section[name].(int)
		if !ok || n < 0 || n > maxThreshold {
			return nil, errors.New(atLine(lineOf(data, thresholdKey(name)), notThreshold(thresholdKey(name))))
		}
		thresholds[name] = n
	}
	return thresholds, nil
}

func notThreshold(key string) string {
	return fmt.Sprintf("%s: not a whole number from 0 to %d", key, maxThreshold)
}

// decideDetect lays the sources of the thresholds over each other, weakest first.
func (c *Config) decideDetect(s Sources, written map[string]int) error {
	c.Detect = maps.Clone(s.Detect)
	for name := range c.Detect {
		key := thresholdKey(name)
		if n, ok := written[name]; ok {
			c.Detect[name], c.origins[key] = n, FromFile
		}
		value := s.Env(variable(key))
		if value == "" {
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n > maxThreshold {
			return errors.New(notThreshold(variable(key)))
		}
		c.Detect[name], c.origins[key] = n, FromEnv
	}
	return nil
}
