package words

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func tokens(text string) (all []string) {
	for _, s := range Append(nil, text) {
		t := text[s.Start:s.End]
		if s.Symbol {
			t = "<" + t + ">"
		}
		all = append(all, t)
	}
	return all
}

// A text cut anywhere between its tokens has the tokens that it has as a whole.
func TestAppendN(t *testing.T) {
	text := "The 3.14 don't, 你好！ ที่นี่ ❤️😀😀  end. "
	whole := Append(nil, text)
	for n := 1; n < len(whole)+2; n++ {
		var pieces []Span
		for at := 0; at < len(text); {
			before := len(pieces)
			pieces, at = AppendN(pieces, text, at, n)
			if len(pieces)-before > n {
				t.Fatalf("%d tokens, want at most %d", len(pieces)-before, n)
			}
		}
		if !slices.Equal(pieces, whole) {
			t.Errorf("%d at a time: %v, want %v", n, pieces, whole)
		}
	}
}

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // tokens joined by |, symbols in <>
	}{
		{"", ""},
		{" \t\n", ""},
		{"The quick, brown fox.", "The|quick|<,>|brown|fox|<.>"},
		{"don't rock'n'roll 'quoted' dogs'", "don't|rock'n'roll|<'>|quoted|<'>|dogs|<'>"},
		{"l’eau", "l’eau"},
		{"col·lecció · x", "col·lecció|<·>|x"},
		{"well-known", "well|<->|known"},
		{"3.14 1,000 1, 2. v1.2", "3.14|1,000|1|<,>|2|<.>|v1.2"},
		{"snake_case _x_", "snake_case|<_>|x|<_>"},
		{"wait... ===== #tag ##", "wait|<...>|<=====>|<#>|tag|<##>"},
		{"你好，世界！", "你|好|<，>|世|界|<！>"},
		{"Go语言2024年", "Go|语|言|2024|年"},
		{"ラーメン・すし", "ラ|ー|メ|ン|<・>|す|し"},
		{"ที่นี่", "ที่|นี่"},
		{"안녕하세요 세계", "안녕하세요|세계"},
		{"می\u200cخواهم", "می\u200cخواهم"},
		{"cafe\u0301 noir", "cafe\u0301|noir"},
		{"co\u00adoperate\u00ad.", "co\u00adoperate|<.>"},
		{"צה״ל", "צה״ל"},
		{"हिन्दी में", "हिन्दी|में"},
		{"❤️😀😀", "<❤️>|<😀😀>"},
		{"\u0301a", "<\u0301>|a"},
		{"a\xffb", "a|<\xff>|b"},
		{"a\u00a0b\u3000c\x00d\ufeffe", "a|b|c|d\ufeffe"},
		{"𠀀𝒜", "𠀀|𝒜"},
	} {
		if got := strings.Join(tokens(c.text), "|"); got != c.want {
			t.Errorf("%q: got %s, want %s", c.text, got, c.want)
		}
	}
}

// The pieces of a text are the text, and their tokens its tokens.
func TestPieces(t *testing.T) {
	for _, text := range []string{
		"", "short", strings.Repeat("don't, cafe\u0301 \u0301 3.14\n\n", 20_000),
		strings.Repeat("語", 100_000), strings.Repeat("x", 100_000) + " \n y",
	} {
		var joined strings.Builder
		var all []string
		for p := range Pieces(text) {
			joined.WriteString(p)
			all = append(all, tokens(p)...)
		}
		if joined.String() != text || !slices.Equal(all, tokens(text)) {
			t.Errorf("%.20q of %d bytes: %d tokens in pieces, %d in all", text, len(text), len(all), len(tokens(text)))
		}
	}
}

func TestSpaceless(t *testing.T) {
	for r, want := range map[rune]bool{
		'a': false, 'é': false, '한': false, 'あ': true, 'ー': true, '漢': true, '〇': true,
		'ก': true, 'ກ': true, 'ក': true, 'က': true, '。': false, '฿': false, '𠀀': true, 'अ': false,
	} {
		if Spaceless(r) != want {
			t.Errorf("Spaceless(%q) = %v", r, !want)
		}
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	text := strings.Repeat("Some words, 一些字 and more… ", 20)
	dst := Append(nil, text)
	if n := testing.AllocsPerRun(50, func() { dst = Append(dst[:0], text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", "a b", "don't 3.14", "你好, world…", "\xff\xfe'a", "❤️", "ก็", "a\u200c", "_._"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := int32(0)
		for _, s := range Append(nil, text) {
			if s.Start < end || s.End <= s.Start || int(s.End) > len(text) {
				t.Fatalf("span %v after %d in %q", s, end, text)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
				t.Fatalf("span %v cuts a character of %q", s, text)
			}
			if i := strings.IndexAny(text[s.Start:s.End], " \t\n"); i >= 0 {
				t.Fatalf("span %v of %q holds white space", s, text)
			}
			end = s.End
		}
		if again := Append(nil, text); !slices.Equal(again, Append([]Span{}, text)) {
			t.Fatal("not deterministic")
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for name, text := range map[string]string{
		"english": strings.Repeat("The documentation of a package is what its readers see first, and it should say so. ", 50),
		"chinese": strings.Repeat("这个软件包的文档是读者最先看到的内容，因此应当清楚。", 50),
		"russian": strings.Repeat("Документация пакета это первое, что видят его читатели. ", 50),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var dst []Span
			for b.Loop() {
				dst = Append(dst[:0], text)
			}
		})
	}
}

// Characters are cut out as package utf8 cuts them, where they end early or are
// written too long as well.
func TestWide(t *testing.T) {
	table := classes()
	check := func(text string) {
		want, width := utf8.DecodeRuneInString(text)
		if r, class, w := table.at(text, 0); r != want || w != width || class != table.of(want) {
			t.Fatalf("% x: %U of %d bytes, want %U of %d", text, r, w, want, width)
		}
	}
	for r := rune(0); r <= utf8.MaxRune; r += 7 {
		check(string(r) + "\x80")
	}
	for c := range 1 << 16 {
		for _, third := range []string{"", "\x80", "\xbf", "\xc0", "a"} {
			check(string([]byte{byte(0xE0 | c>>12&0xF), byte(c >> 4), byte(c << 4)}) + third)
			check(string([]byte{byte(0xE0 | c>>12&0xF), byte(c >> 4)}) + third)
		}
	}
}
