package wordbreak

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestAgainstUniseg compares with the words of uniseg, see
// testdata/scripts/wordbreak_tables.py.
func TestAgainstUniseg(t *testing.T) {
	f, err := os.Open("testdata/words.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, c := 0, New()
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var want []string
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(want, "")
		for i, w := range want {
			if got := text[:c.Next(text)]; got != w {
				t.Errorf("word %d of %+q is %+q, want %+q", i, strings.Join(want, ""), got, w)
				break
			}
			text = text[len(w):]
		}
	}
	if n < 1000 {
		t.Errorf("only %d texts compared", n)
	}
}

func FuzzNext(f *testing.F) {
	for _, s := range []string{"", "can't 3.14", "\r\n\xff", "א\"ב", "🏳️‍🌈🇩🇪🇫", "a\u0301\u200d:b"} {
		f.Add(s)
	}
	c := New()
	f.Fuzz(func(t *testing.T, s string) {
		for at := 0; at < len(s); {
			n := c.Next(s[at:])
			if n < 1 || n > len(s)-at || at+n < len(s) && utf8.ValidString(s) && !utf8.RuneStart(s[at+n]) {
				t.Fatalf("word of %d bytes at %d of %q", n, at, s)
			}
			at += n
		}
	})
}

func BenchmarkNext(b *testing.B) {
	text := strings.Repeat("The committee will meet again on Thursday to discuss what should be done about the old bridge, and who pays. ", 50)
	b.SetBytes(int64(len(text)))
	c := New()
	for b.Loop() {
		for at := 0; at < len(text); {
			at += c.Next(text[at:])
		}
	}
}
