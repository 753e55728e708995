package mail

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"strings"
	"sync"
)

//go:embed letter.html
var page string

var letterPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("letter").Parse(page))
})

// asHTML gives the HTML part of a mail. It asks for nothing from elsewhere.
func asHTML(l letter) (string, error) {
	var b strings.Builder
	if err := letterPage().Execute(&b, l); err != nil {
		return "", fmt.Errorf("write the HTML of a mail: %w", err)
	}
	return b.String(), nil
}
