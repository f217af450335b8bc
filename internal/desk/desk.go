// Package desk has the web pages of the program: files that are part of it, without scripts, fonts or pictures from elsewhere.
//
// A page is static and has no secrets. What it shows it asks of the interfaces that everybody else uses, with the rights of whoever looks at it.
package desk

import (
	"embed"
	"net/http"
)

//go:embed wallboard
var files embed.FS

// policy lets a page load its own files and talk to its own server, and nothing else: what a caller's number or an agent's name might bring
// into a page could neither run nor be sent anywhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Wallboard serves the wallboard's page below /wallboard/. It reads the stream at /admin/wallboard beside it.
func Wallboard() http.Handler {
	served := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache") // a new version of the program brings a new page
		served.ServeHTTP(w, r)
	})
}
