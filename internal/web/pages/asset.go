package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed asset
var assetFiles embed.FS

// An asset is a file that pages ask for. Its name holds a hash of it, so that a
// browser keeps it until it changes.
type asset struct {
	name, kind string
	content    []byte
}

// assets gives the assets by the names of their files.
var assets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	for file, kind := range map[string]string{
		"style.css": "text/css; charset=utf-8",
		"page.js":   "text/javascript; charset=utf-8",
		"icon.svg":  "image/svg+xml",
	} {
		content, err := assetFiles.ReadFile("asset/" + file)
		if err != nil {
			panic(err) // it is part of the program
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(file)
		name := strings.TrimSuffix(file, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		all[file] = asset{name, kind, content}
	}
	return all
})

// Asset gives the address of an asset.
func (f frame) Asset(file string) string { return f.Root + "assets/" + assets()[file].name }

// serveAsset answers GET /assets/{name}.
func serveAsset(w http.ResponseWriter, r *http.Request) bool {
	for _, a := range assets() {
		if a.name != r.PathValue("name") {
			continue
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(a.content)
		return true
	}
	return false
}
