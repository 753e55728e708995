package i18n

import "testing"

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"":                              "",
		"fr":                            "fr",
		"FR-ca":                         "fr",
		"en-GB, fr;q=0.9":               "en",
		"fr;q=0.8, en;q=0.9":            "en",
		"fr;q=0.9,en;q=0.9":             "fr",
		"de, es;q=0.9, fr ; q=0.1":      "fr",
		"de":                            "",
		"*":                             "",
		"fr;q=0, en;q=0.1":              "en",
		"fr;q=0":                        "",
		"fr;q=x, en;q=0.1":              "en",
		"fr;q=2, en;q=NaN, en-US;q=0.5": "en",
		"friulian, english":             "",
		",,;q=1,":                       "",
	} {
		if got := Match(header); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}
