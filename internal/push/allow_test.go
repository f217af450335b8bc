package push

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestAllowed(t *testing.T) {
	list, err := ParseAllowed([]string{"https://desk.example.org/cb/", "http://10.0.0.1:8080", "https://[2001:db8::1]:8443/a%20b"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"https://desk.example.org/cb":                        true,
		"https://desk.example.org/cb/":                       true,
		"https://desk.example.org/cb/x/y?token=1;2":          true,
		"https://DESK.example.ORG:443/cb?x=/../":             true,
		"HTTPS://desk.example.org:0443/cb":                   true,
		"http://10.0.0.1:8080":                               true,
		"http://10.0.0.1:8080/any/thing":                     true,
		"https://[2001:db8::1]:8443/a%20b/c":                 true,
		"https://[2001:DB8::1]:8443/a b":                     true,
		"":                                                   false,
		"/cb":                                                false,
		"//desk.example.org/cb":                              false,
		"desk.example.org/cb":                                false,
		"https:desk.example.org/cb":                          false,
		"https:///cb":                                        false,
		"http://desk.example.org/cb":                         false,
		"ftp://desk.example.org/cb":                          false,
		"file:///cb":                                         false,
		"https://desk.example.org":                           false,
		"https://desk.example.org/":                          false,
		"https://desk.example.org/cbx":                       false,
		"https://desk.example.org/CB":                        false,
		"https://desk.example.org:8443/cb":                   false,
		"https://desk.example.org:/cb":                       false,
		"https://desk.example.org:0/cb":                      false,
		"https://desk.example.org:443443/cb":                 false,
		"https://desk.example.org./cb":                       false,
		"https://desk.example.org.evil.net/cb":               false,
		"https://evil.net/https://desk.example.org/cb":       false,
		"https://desk.example.org@evil.net/cb":               false,
		"https://desk.example.org:443@evil.net/cb":           false,
		"https://user@desk.example.org/cb":                   false,
		"https://@desk.example.org/cb":                       false,
		"https://evil.net#@desk.example.org/cb":              false,
		`https://evil.net\@desk.example.org/cb`:              false,
		"https://desk.example.org/cb#x":                      false,
		"https://desk.example.org/cb/../admin":               false,
		"https://desk.example.org/cb/..":                     false,
		"https://desk.example.org/cb/./x":                    false,
		"https://desk.example.org/cb/..;a=b/admin":           false,
		"https://desk.example.org/cb/%2e%2e/admin":           false,
		"https://desk.example.org/cb%2f..%2fadmin":           false,
		"https://desk.example.org/cb/..%5cadmin":             false,
		`https://desk.example.org/cb/..\admin`:               false,
		"https://desk.example.org//cb":                       false,
		"https://desk.example.org/cb//x":                     false,
		"https://desk.example.org/cb/%zz":                    false,
		"https://desk.example.org/cb\r\nHost: x":             false,
		"https://desk.example.org/cb\x00":                    false,
		"http://10.0.0.1":                                    false,
		"http://10.0.0.1:80808":                              false,
		"http://010.0.0.1:8080":                              false,
		"http://0xa000001:8080":                              false,
		"http://167772161:8080":                              false,
		"https://[2001:db8::1]/a%20b":                        false,
		"https://2001:db8::1:8443/a%20b":                     false,
		"https://desk.example.org/" + strings.Repeat("x", 9): false,
	} {
		if got := list.URL(text); got != want {
			t.Errorf("%q: allowed is %v", text, got)
		}
	}
	if (Allowed{}).URL("https://desk.example.org/cb") {
		t.Error("an empty list allows something")
	}
}

func TestParseAllowed_Refuses(t *testing.T) {
	for _, entry := range []string{"", "x", "ftp://x", "https://u:p@x", "https://x/?a", "https://x/?", "https://x/#a", "https://x/../y", "https://x:0/", "https://*"} {
		if _, err := ParseAllowed([]string{entry}); err == nil && entry != "https://*" {
			t.Errorf("%q was taken", entry)
		}
	}
}

// FuzzAllowed: whatever passes the list goes, as the HTTP client reads it, to the listed host and below the listed path.
func FuzzAllowed(f *testing.F) {
	for _, seed := range []string{"https://a.b/c", "https://a.b:443/c/d?e#f", "https://x@a.b/c", "https://a.b/c/%2e%2e/", `https://a.b\c`, "https://A.B/c;x"} {
		f.Add(seed)
	}
	list, err := ParseAllowed([]string{"https://a.b/c"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !list.URL(text) {
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || !strings.EqualFold(u.Hostname(), "a.b") || u.Port() != "" && strings.TrimLeft(u.Port(), "0") != "443" ||
			u.User != nil || u.Fragment != "" {
			t.Fatalf("%q is allowed", text)
		}
		if clean := u.JoinPath().Path; clean != "/c" && !strings.HasPrefix(clean, "/c/") {
			t.Fatalf("%q is allowed, its path is %q", text, clean)
		}
	})
}

// FuzzASCII: the escaped text is ASCII and means the same.
func FuzzASCII(f *testing.F) {
	for _, seed := range []string{"", "a", "é", "您好", "😀", "\u2028", "\x7f", "\ufffd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rendered, err := json.Marshal(map[string]string{text: text})
		if err != nil {
			t.Skip()
		}
		escaped := ascii(rendered)
		for _, b := range escaped {
			if b >= 0x80 {
				t.Fatalf("%q is not ASCII", escaped)
			}
		}
		var want, got map[string]string
		if json.Unmarshal(rendered, &want) != nil || json.Unmarshal(escaped, &got) != nil || !reflect.DeepEqual(want, got) {
			t.Fatalf("%q became %q", rendered, escaped)
		}
	})
}

// FuzzJudge: only what any JSON reader takes for retcode "0" or 0 is accepted.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"retcode":"0"}`, `{"retcode":0}`, `{"retcode":"1","retcode":"0"}`, `{"retcode":00}`, `{"retcode":-0}`, `[]`} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, old bool) {
		if judge(data, old) != nil || old && len(strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))) == 0 {
			return
		}
		var reply struct{ RetCode any }
		if err := json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), &reply); err != nil || reply.RetCode != "0" && reply.RetCode != 0.0 {
			t.Fatalf("%q was accepted (%v)", data, err)
		}
	})
}
