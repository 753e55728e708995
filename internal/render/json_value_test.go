package render

import (
	"bytes"
	"testing"
)

func TestWriteJSONEscapesWhatTerminalsObey(t *testing.T) {
	var b bytes.Buffer
	err := WriteJSON(&b, map[string]any{"label": "Salle <1>\u009b\u202e\x7f é"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"label":"Salle <1>\u009b\u202e\u007f é"}` + "\n"
	if got := b.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
