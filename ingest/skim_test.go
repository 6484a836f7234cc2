package ingest

import (
	"strings"
	"testing"
)

func TestSkim(t *testing.T) {
	for page, want := range map[string]string{
		"<p>one<b>two</b> &amp; three":                                      "one two & three",
		"<!-- <p>no --><p class='a > b'>yes<SCRIPT>if (a</b) no</Script >x": "yes x",
		"<style>no</style><div title=\"<p>no\">yes<textarea>no</textarea>":  "yes",
		"a <3 b":              "a",
		"<script>no":          "",
		"<":                   "",
		"<p":                  "",
		"</script><i>a</i>":   "a",
		"<title>T</title>U":   "T U",
		"":                    "",
		"<scripty>a":          "a",
		"<p title='no>open":   "",
		"<noscript>no</p>yes": "",
	} {
		if got := strings.TrimSpace(skim([]byte(page))); got != want {
			t.Errorf("%q: %q, want %q", page, got, want)
		}
	}
	if n := len(skim([]byte(strings.Repeat("<p>word", 100_000)))); n < SkimBytes || n > SkimBytes+16 {
		t.Errorf("%d bytes, want %d", n, SkimBytes)
	}
}

func FuzzSkim(f *testing.F) {
	f.Add([]byte("<!-- x --><p title='>'>a<script>b</script>&amp;<"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := len(skim(b)); n > len(b)+1+2*SkimBytes {
			t.Fatalf("%d bytes of %d", n, len(b))
		}
	})
}
