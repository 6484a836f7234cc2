package dedup

import (
	"strings"
	"testing"

	"corpus"
)

func TestNormaliseURL(t *testing.T) {
	for _, same := range [][]string{
		{"http://example.org/", "https://example.org", "HTTPS://WWW.Example.ORG:443/#top", "http://example.org.:80/?", "  http://www.example.org/ "},
		{"https://example.org/%7Euser/a%2fb", "http://example.org/~user/a%2Fb", "http://example.org/%7e%75ser/a%2Fb#x"},
		{"https://example.org/?q=%41%2b&b=1", "https://example.org/?q=A%2B&b=1"},
		{"http://[2001:DB8::1]:80/", "https://[2001:db8::1]/"},
		{"http://www.org/", "https://WWW.org"},
	} {
		for _, u := range same[1:] {
			if urlHash(u) != urlHash(same[0]) {
				t.Errorf("%s and %s are two places: %s, %s", same[0], u, normaliseURL(same[0]), normaliseURL(u))
			}
		}
	}
	other := []string{
		"http://example.org/", "http://example.org/a", "http://example.org/A", "http://example.org/a/", "http://example.org/a?b", "http://example.org/a?b&c",
		"http://example.org/a?c&b", "http://example.org:8080/", "http://example.org:443/", "ftp://example.org/", "http://me@example.org/", "http://m.example.org/",
		"http://example.org/a%2Fb", "http://example.org/a/b", "http://org/", "http://www.org/", "http://example.org/%zz", "file:///a", "a", "urn:a:b",
	}
	seen := map[corpus.ID]string{}
	for _, u := range other {
		if before, ok := seen[urlHash(u)]; ok {
			t.Errorf("%s and %s are one place, %s", before, u, normaliseURL(u))
		}
		seen[urlHash(u)] = u
	}
	if urlHash("") != (corpus.ID{}) || urlHash(" ") != (corpus.ID{}) {
		t.Error("no URL is a place")
	}
	long := "http://WWW.example.org/" + strings.Repeat("a", MaxURL)
	if normaliseURL(long) != long {
		t.Error("a URL beyond MaxURL was normalised")
	}
}

// FuzzNormaliseURL: what is normalised stays as it is.
func FuzzNormaliseURL(f *testing.F) {
	for _, u := range []string{"http://WWW.Example.org:80/%7e?%41#x", "//a//b", "http://[::1]:443", "https://u:p@h", "http://h./?", "x:y", "http://www.www.a.b", "http://a%41.b/"} {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once := normaliseURL(raw)
		if twice := normaliseURL(once); twice != once {
			t.Errorf("%q becomes %q, then %q", raw, once, twice)
		}
	})
}
