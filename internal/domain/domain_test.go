package domain

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.Example.co.uk/a/b?x":           "example.co.uk",
		"http://user:pw@blog.example.com:8080#x":    "example.com",
		"https://a.b.github.io/":                    "b.github.io",
		"https://github.io/":                        "github.io",
		"http://192.168.0.1:80/x":                   "192.168.0.1",
		"http://[2001:db8::1]/x":                    "2001:db8::1",
		"https://localhost/x":                       "localhost",
		"https://example.com./":                     "example.com",
		"file:///tmp/x":                             "books",
		"":                                          "books",
		"nonsense":                                  "books",
		"https://" + strings.Repeat("a", 300) + "/": strings.Repeat("a", MaxDomain),
	} {
		if got := Of(in, "books/1.txt"); got != want {
			t.Errorf("%s is of %q, want %q", in, got, want)
		}
	}
	for source, want := range map[string]string{"a.jsonl": "a.jsonl", "/srv/x/y": "srv", "s3://bucket/key/x": "bucket", "dir/sub/x": "dir", "": ""} {
		if got := Of("", source); got != want {
			t.Errorf("source %s is of %q, want %q", source, got, want)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("https://www.example.co.uk/a", "a/b")
	f.Add("http://[::1", "")
	f.Fuzz(func(t *testing.T, url, source string) {
		if d := Of(url, source); len(d) > MaxDomain {
			t.Fatalf("%q", d)
		}
	})
}
