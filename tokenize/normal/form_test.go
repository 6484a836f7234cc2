package normal

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// golang.org/x/text, whose tables are of Unicode 15.0, differs only for runes
// that Unicode 9.0 did not have.
func TestFormsAgreeWithText(t *testing.T) {
	forms := map[Form]norm.Form{NFC: norm.NFC, NFD: norm.NFD, NFKC: norm.NFKC, NFKD: norm.NFKD}
	newer := 0
	for r := range rune(utf8.MaxRune + 1) {
		if r >= 0xD800 && r < 0xE000 || r > 0x30000 && r%64 != 0 {
			continue
		}
		text := "e" + string(r) + "\u0323\u0301"
		for f, other := range forms {
			if string(f.Append(nil, text)) == other.String(text) {
				continue
			}
			if tables().of(r)&(classMask|compat|joins) != 0 {
				t.Errorf("%v of U+%04X differs", f, r)
			}
			newer++
		}
	}
	if newer == 0 {
		t.Error("the tables are no older than those of x/text")
	}
}

// Marks in any number stay in one run: nothing is put between them.
func TestLongRuns(t *testing.T) {
	const n = 100_000
	marks := strings.Repeat("\u0301\u0323", n)
	want := "\u1ECD" + strings.Repeat("\u0323", n-1) + strings.Repeat("\u0301", n)
	if got := string(NFC.Append(nil, "o"+marks)); got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// Whatever is cut off at a starter, the forms of the pieces join.
func FuzzForms(f *testing.F) {
	for _, text := range scriptTexts(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		for _, form := range []Form{NFC, NFD, NFKC, NFKD} {
			once := string(form.Append(nil, text))
			if twice := string(form.Append(nil, once)); twice != once || !form.keeps(once) && form != NFC && form != NFKC {
				t.Errorf("%v of %q is not stable: %q, %q", form, text, once, twice)
			}
			if form.keeps(text) && once != text {
				t.Errorf("%v keeps %q but makes %q of it", form, text, once)
			}
		}
	})
}
