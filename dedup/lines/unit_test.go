package lines

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

func linesOf(text string, enough int) (all []Unit) {
	NewSplitter(enough).Lines(text, func(u Unit) { all = append(all, u) })
	return all
}

func paragraphsOf(text string, enough int) (all []Unit) {
	NewSplitter(enough).Paragraphs(text, func(u Unit) { all = append(all, u) })
	return all
}

func show(text string, all []Unit) string {
	var b strings.Builder
	for _, u := range all {
		fmt.Fprintf(&b, "%d %q;", u.Words, text[u.Start:u.End])
	}
	return b.String()
}

func TestUnits(t *testing.T) {
	for _, c := range []struct{ text, lines, paragraphs string }{
		{"", "", ""},
		{"\n \n\n", "", ""},
		{"}\n--\n", "", ""},
		{"one two", `2 "one two";`, `2 "one two";`},
		{"one\n\ntwo three four five", `1 "one\n";3 "two three four five";`, `1 "one\n\n";3 "two three four five";`},
		{"\n\na b\nc\r\n \t\r\nd\n\n\n", `2 "a b\n";1 "c\r\n";1 "d\n";`, `3 "\n\na b\nc\r\n \t\r\n";1 "d\n\n\n";`},
		{"你好世界\n", `3 "你好世界\n";`, `3 "你好世界\n";`},
	} {
		if got := show(c.text, linesOf(c.text, 3)); got != c.lines {
			t.Errorf("%q: lines %s, want %s", c.text, got, c.lines)
		}
		if got := show(c.text, paragraphsOf(c.text, 3)); got != c.paragraphs {
			t.Errorf("%q: paragraphs %s, want %s", c.text, got, c.paragraphs)
		}
	}
}

func TestEqualUnits(t *testing.T) {
	key := func(text string) Key { return linesOf(text, 1)[0].Key }
	want := key("Der Weg ist das Ziel, Äpfel 1")
	for _, same := range []string{"der weg  IST\tdas ziel, äPFEL 1\r\n", "\u00a0Der Weg ist\u3000das Ziel, Äpfel 1 \n"} {
		if key(same) != want {
			t.Errorf("%q is another line", same)
		}
	}
	for _, other := range []string{"Der Weg ist das Ziel, Äpfel 2", "Der Weg istdas Ziel, Äpfel 1", "Der Weg ist das Ziel Äpfel 1"} {
		if key(other) == want {
			t.Errorf("%q is the same line", other)
		}
	}
	if paragraphsOf("one", 1)[0].Key == key("one") {
		t.Error("a line is a paragraph")
	}
	if paragraphsOf("one\ntwo", 1)[0].Key != paragraphsOf(" One  two\n\n", 1)[0].Key {
		t.Error("a paragraph that is wrapped otherwise is another one")
	}
}

// TestLongUnit: what is hashed in pieces has the hash of the whole.
func TestLongUnit(t *testing.T) {
	for _, n := range []int{textBuffer - 1, textBuffer, textBuffer + 1, 5 * textBuffer} {
		text := strings.Repeat("ab ", n/3) + strings.Repeat("z", n%3)
		want := xxh3.HashString128Seed(strings.TrimSpace(text), uint64(Line)).Bytes()
		if got := linesOf(strings.ReplaceAll(text, " ", "  ")+"\n", 1)[0].Key; got != want {
			t.Errorf("%d bytes: %x, want %x", n, got, want)
		}
	}
}

// TestHostileText: time is linear in the text, whatever stands in it.
func TestHostileText(t *testing.T) {
	for name, text := range map[string]string{
		"newlines":  strings.Repeat("\n", 1_000_000),
		"blank":     strings.Repeat(" \n", 100_000),
		"signs":     strings.Repeat("}{", 100_000),
		"one line":  strings.Repeat("word ", 10_000_000),
		"word":      strings.Repeat("w", 5_000_000),
		"short":     strings.Repeat("a b c d e f g h i\n", 50_000),
		"half":      strings.Repeat("a b c d e f g h i\n\n\n", 40_000),
		"marks":     "a" + strings.Repeat("\u0301", 200_000),
		"spaces":    strings.Repeat("\u3000", 200_000) + "a",
		"bad bytes": strings.Repeat("\xff\xfe \n", 100_000),
	} {
		start, n := time.Now(), 0
		s := NewSplitter(8)
		s.Lines(text, func(Unit) { n++ })
		s.Paragraphs(text, func(Unit) { n++ })
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %d units took %v", name, n, took)
		}
	}
}

func FuzzUnits(f *testing.F) {
	f.Add("a b\n\nc\n")
	f.Add("\r\n\r\n你好\n \n \nx")
	f.Fuzz(func(t *testing.T, text string) {
		for kind, all := range [][]Unit{paragraphsOf(text, 3), linesOf(text, 3)} {
			at := 0
			for _, u := range all {
				if u.Start < at || u.End <= u.Start || u.End > len(text) || u.Words < 1 || u.Words > 3 {
					t.Fatalf("%+v behind %d", u, at)
				}
				if kind == int(Line) && strings.Contains(strings.TrimSuffix(text[u.Start:u.End], "\n"), "\n") {
					t.Fatalf("line %q", text[u.Start:u.End])
				}
				if utf8.ValidString(text) && !utf8.ValidString(text[u.Start:u.End]) {
					t.Fatalf("%q is cut inside a character", text[u.Start:u.End])
				}
				at = u.End
			}
		}
	})
}

func BenchmarkLines(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, again and again.\n", 1000)
	s := NewSplitter(8)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.Lines(text, func(Unit) {})
	}
}
