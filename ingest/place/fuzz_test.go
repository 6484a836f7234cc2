package place

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
)

// Whatever a list holds: no panic, only names that the lines mean, none of them
// local when the list is from elsewhere.
func FuzzList(f *testing.F) {
	f.Add([]byte("a\n#b\n\n/c\r\nhttps://d/e"), "https://h/", true)
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), "", false)
	f.Add([]byte("\x28\xb5\x2f\xfd\x04\x00\x11\x00\x00a\n"), "p", false)
	f.Fuzz(func(t *testing.T, data []byte, prefix string, remote bool) {
		r, err := decoded(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer r.Close()
		names, err := parseList(r, prefix, remote)
		if err != nil {
			return
		}
		for _, n := range names {
			if n == "" || n[0] == '#' && prefix == "" || remote && !Remote(n) {
				t.Errorf("name %q", n)
			}
			if strings.ContainsAny(strings.TrimPrefix(n, prefix), "\x00\n\r") && !strings.ContainsAny(prefix, "\x00\n\r") {
				t.Errorf("name %q", n)
			}
		}
	})
}

// Whatever a name is: no panic, and what is listed beneath it parses to the key.
func FuzzAddress(f *testing.F) {
	f.Add("s3://bucket/key?region=us-west-2&anonymous=true", "a/b?c=d")
	f.Add("gs://b/%41?x#y", "?")
	f.Add("azblob://b", "k?anonymous=true")
	f.Add("https://u:p@host/x?sig=1", "")
	f.Fuzz(func(t *testing.T, name, key string) {
		a, err := parse(name)
		shown := Redacted(name)
		if err != nil {
			return
		}
		if a.url != nil {
			if u, err := url.Parse(shown); err != nil || u.Host != a.url.Host {
				t.Errorf("%q is shown as %q", name, shown)
			}
			return
		}
		b, err := parse(a.of(key))
		if err != nil || b.bucket != a.bucket || b.key != key || b.home() != a.home() {
			t.Fatalf("%q of %q parses to %+v, %v", key, name, b, err)
		}
	})
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 0-99/1000")
	f.Add("bytes 5-/*")
	f.Fuzz(func(t *testing.T, s string) {
		if start, total, _ := contentRange(s); start < 0 || total < -1 {
			t.Errorf("%q: %d, %d", s, start, total)
		}
	})
}
