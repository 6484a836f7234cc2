package dedup

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormalise(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{" \t\n", ""},
		{"Hello,   World!\n", "hello world"},
		{"don't DON’T", "dont dont"},
		{"Café  CAFE\u0301 naïve", "cafe cafe naive"},
		{"ΟΔΟΣ οδός", "οδοσ οδοσ"},
		{"Ёлка елка й", "елка елка и"},
		{"ＡＢＣ１２３ ﬁne", "abc123 fine"},
		{"3.14 1,000 ٣٤", "314 1000 34"},
		{"x_1 well-known", "x1 well known"},
		{"שָׁלוֹם שלום", "שלום שלום"},
		{"كِتَاب كتاب", "كتاب كتاب"},
		{"がか", "か\u3099 か"},
		{"中文，文本。", "中 文 文 本"},
		{"ที่", "ที่"},
		{"한국어 \u1112\u1161\u11ab", "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 \u1112\u1161\u11ab"},
		{"𝐁old 𝟙", "bold 1"},
		{"=== !!! 😀 →", ""},
		{"soft\u00adhyphen", "softhyphen"},
	}
	s := newSigner(Config{}.withDefaults())
	for _, test := range tests {
		s.normalise(test.text)
		if got := strings.TrimSpace(string(s.text)); got != test.want {
			t.Errorf("normalise(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestMergedNumbers(t *testing.T) {
	for word, want := range map[string]string{"a1b22c": "a0b0c", "2024": "0", "x": "x", "007a": "0a"} {
		if got := string(appendMerged(nil, []byte(word))); got != want {
			t.Errorf("%s becomes %s, want %s", word, got, want)
		}
	}
}

// sameExact and sameNear say what sign thinks of two texts.
func sameExact(s *signer, a, b string) bool {
	x, _ := s.sign(nil, a)
	y, _ := s.sign(nil, b)
	return x == y
}

func sameNear(s *signer, a, b string) bool {
	_, x := s.sign(nil, a)
	_, y := s.sign(nil, b)
	return slices.Equal(x, y)
}

func TestExactAndNear(t *testing.T) {
	tests := []struct {
		a, b        string
		exact, near bool
	}{
		{"One two three.", "one  TWO three", true, true},
		{"page 17 of 30 in the book", "page 18 of 31 in the book", false, true},
		{"one two", "two one", false, false},
		{"foo bar", "foobar", false, false},
		{"===", "---", false, true}, // no words: no signature at all
		{" ===\n", "===", true, true},
		{"", " \n", true, true},
		{"\x00", "", false, true},
		{"一二三四五六七八", "一二三四五六七九", false, false},
	}
	s := newSigner(Config{}.withDefaults())
	for _, test := range tests {
		if got := sameExact(s, test.a, test.b); got != test.exact {
			t.Errorf("%q and %q: exact %v, want %v", test.a, test.b, got, test.exact)
		}
		if got := sameNear(s, test.a, test.b); got != test.near {
			t.Errorf("%q and %q: equal signatures %v, want %v", test.a, test.b, got, test.near)
		}
	}
}

func TestShingles(t *testing.T) {
	tests := []struct {
		text string
		want int // distinct shingles
	}{
		{"", 0},
		{"one", 1},
		{"one two three four", 1},
		{"one two three four five", 1},
		{"one two three four five six", 2},
		{"a a a a a a a a a", 1},
		{"中", 1},
		{"中文", 1},
		{"中文文本", 3},
		{"ไทยไทยไทย", 3}, // three kinds of windows of five characters
		{"use 中文 here", 1 + 1},
	}
	s := newSigner(Config{}.withDefaults())
	for _, test := range tests {
		s.normalise(test.text)
		got := slices.Clone(s.shingle())
		slices.Sort(got)
		if n := len(slices.Compact(got)); n != test.want {
			t.Errorf("%q has %d shingles, want %d", test.text, n, test.want)
		}
	}
}

func FuzzSign(f *testing.F) {
	for _, seed := range []string{"", "Hello, World 12", "中文 ไทย é", "\xff\xfe", "\u0301", "ﷺ", "１２3"} {
		f.Add(seed)
	}
	c := Config{}.withDefaults()
	s := newSigner(c)
	f.Fuzz(func(t *testing.T, text string) {
		exact, hashes := s.sign(nil, text)
		if len(hashes) != 0 && len(hashes) != c.signatureLen() {
			t.Fatalf("signature of %d numbers", len(hashes))
		}
		if len(hashes) == 0 != (len(s.words) == 0) {
			t.Fatalf("%d words, signature of %d numbers", len(s.words), len(hashes))
		}
		if utf8.ValidString(text) && !utf8.Valid(s.text) {
			t.Fatalf("normalised text %q is not UTF-8", s.text)
		}
		again, _ := newSigner(c).sign(nil, text+" \n")
		if again != exact {
			t.Fatal("white space at the end changes the exact hash")
		}
	})
}
