package dedup

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
	"corpus/internal/words"
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
		if got := strings.TrimSpace(normalised(s, test.text)); got != test.want {
			t.Errorf("normalise(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

// normalised is a short text as it is hashed.
func normalised(s *signer, text string) string {
	s.reset()
	s.spans = words.Append(s.spans[:0], text)
	s.normalise(text)
	return string(s.text)
}

// Words of letters go a way of their own, with the same result.
func TestWordsOfLetters(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 25))
	f, ways := folds(), [2]int{}
	for range 50000 {
		word := make([]byte, 1+rng.IntN(20))
		for i := range word {
			if word[i] = "aZkKzA"[rng.IntN(6)]; rng.IntN(20) == 0 {
				word[i] = byte(rng.IntN(256))
			}
		}
		text := "=" + string(word) + "9\xff-Zz.é"[:rng.IntN(9)]
		got, digits := appendLetters([]byte("x"), text, 1, 1+len(word))
		want, has := f.appendWord([]byte("x"), string(word))
		letters := strings.Trim(string(word), "aZkKzA") == "" && len(word) == len(strings.Map(letter, string(word)))
		switch {
		case got == nil:
			ways[0]++
			if letters && len(text) > len(word)+8 {
				t.Fatalf("%q in %q is not all letters", word, text)
			}
		case !slices.Equal(got, want) || digits != has:
			t.Fatalf("%q becomes %q (%v), want %q (%v)", word, got, digits, want, has)
		default:
			ways[1]++
		}
	}
	if min(ways[0], ways[1]) < 5000 {
		t.Errorf("%v words went either way", ways)
	}
}

// letter drops all but ASCII letters.
func letter(r rune) rune {
	if 'a' <= r|0x20 && r|0x20 <= 'z' {
		return r
	}
	return -1
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
		normalised(s, test.text)
		got := slices.Clone(s.shingles(true))
		slices.Sort(got)
		if n := len(slices.Compact(got)); n != test.want {
			t.Errorf("%q has %d shingles, want %d", test.text, n, test.want)
		}
	}
}

// The batches in which a text is read do not show: the signature is that of all
// shingles at once, and a signer holds as much for a long text as for two batches.
func TestSignInBatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 12))
	for _, n := range []int{batchWords - 3, batchWords, batchWords + 4, 5*batchWords + 7} {
		for name, text := range map[string]string{
			"words": strings.Join(prose(rng, n, 5000), " "), "han": string(hanText(rng, n)),
		} {
			c := Config{}.withDefaults()
			s := newSigner(c)
			exact, hashes := s.sign(nil, text)
			whole := newSigner(c)
			sum := sha256.Sum256([]byte(normalised(whole, text)))
			whole.minhash.reset()
			whole.minhash.add(whole.shingles(true))
			if len(whole.text) <= textBuffer && corpus.ID(sum[:16]) != exact {
				t.Errorf("%d %s: another exact hash", n, name)
			}
			if !slices.Equal(hashes, whole.minhash.append(nil)) {
				t.Errorf("%d %s: another signature", n, name)
			}
		}
	}
}

func TestHeldBySigner(t *testing.T) {
	for name, text := range map[string]string{
		"words":   strings.Repeat("word and Wörter ", 1<<18),
		"han":     strings.Repeat("中文文本", 1<<18),
		"one":     strings.Repeat("ﷺ", 1<<20),
		"symbols": strings.Repeat("!?", 1<<20),
	} {
		for _, c := range []Config{{}, {Shingle: MaxShingle, Unit: Chars}} {
			s := newSigner(c.withDefaults())
			s.sign(nil, text)
			held := 12*cap(s.spans) + cap(s.text) + cap(s.merged) + 8*cap(s.units) + 8*cap(s.numbers) + cap(s.han) + 24*MaxValues
			if held > signerMemory {
				t.Errorf("%s, %v: %d bytes held for a text of %d, want at most %d", name, c, held, len(text), signerMemory)
			}
		}
	}
}

// A word beyond maxWord is several, and where it is cut is the same wherever the
// word stands.
func TestLongWord(t *testing.T) {
	s := newSigner(Config{}.withDefaults())
	long := strings.Repeat("é", maxWord)
	if got := len(strings.Fields(normalised(s, "a "+long+" b"))); got != 2+2 {
		t.Errorf("%d words, want 4", got)
	}
	if !sameExact(s, "a "+long+" b", "A  "+long+"! b") || sameExact(s, "a "+long, "a "+long+"é") {
		t.Error("a long word is not compared as it is written")
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
		if len(hashes) == 0 != (s.count == 0) {
			t.Fatalf("%d words, signature of %d numbers", s.count, len(hashes))
		}
		if norm := normalised(s, text); utf8.ValidString(text) && len(norm) <= textBuffer && !utf8.ValidString(norm) {
			t.Fatalf("normalised text %q is not UTF-8", norm)
		}
		again, _ := newSigner(c).sign(nil, text+" \n")
		if again != exact {
			t.Fatal("white space at the end changes the exact hash")
		}
	})
}
