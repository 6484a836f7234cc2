package recipe

import (
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
)

// TestC4Edits: what is cut, under which rule, and what is left of it; the texts
// that datatrove leaves are in testdata/datatrove.jsonl.
func TestC4Edits(t *testing.T) {
	for text, want := range map[string]struct{ left, rules string }{
		"":                      {},
		"All of it stays here.": {left: "All of it stays here."},
		"  Spaces go away. \r\nA break is changed.\n":                 {left: "Spaces go away.\nA break is changed.", rules: c4WhiteSpace + " 4"},
		"No end mark here\nOne that has one.":                         {left: "One that has one.", rules: c4Terminal},
		"It goes on and on...\nOne that has one.":                     {left: "One that has one.", rules: c4Terminal},
		"Two words.\nThree words here.\nTwo more.":                    {left: "Three words here.", rules: c4LineWords + " " + c4WhiteSpace + " " + c4LineWords},
		"Turn JavaScript on please.\nThis is kept still.":             {left: "This is kept still.", rules: c4JavaScript},
		"This site uses Coo\u212aies, sorry.\nThis is kept.":          {left: "This is kept.", rules: c4Policy},
		"A fact.[12] And one more[edit].[citation needed]":            {left: "A fact. And one more.", rules: c4Citations + " 3"},
		"[1] [2] [3].\nThis one is kept.":                             {left: ".\nThis one is kept.", rules: c4Citations + " " + c4WhiteSpace + " " + c4Citations + " " + c4WhiteSpace + " " + c4Citations},
		strings.Repeat("x", 1001) + " is too long.\nThis one is not.": {left: "This one is not.", rules: c4WordLength},
		"[not a citation] is a line.":                                 {left: "[not a citation] is a line."},
	} {
		m := named("c4").New()
		m.Measure(nil, text, "en")
		edits := m.AppendEdits(nil)
		if left := apply(text, edits); left != want.left || left != m.doc.text {
			t.Errorf("%q leaves %q and %q, want %q", text, left, m.doc.text, want.left)
		}
		if got := ruleNames(edits); got != spell(want.rules) {
			t.Errorf("%q: rules %q, want %q", text, got, spell(want.rules))
		}
	}
}

func ruleNames(edits []corpus.Edit) string {
	var all []string
	for _, e := range edits {
		all = append(all, e.Rule)
	}
	return strings.Join(all, " ")
}

// spell writes a rule as often as the number behind it says.
func spell(rules string) string {
	name, n, ok := strings.Cut(rules, " ")
	if !ok || len(n) > 1 {
		return rules
	}
	return strings.TrimSuffix(strings.Repeat(name+" ", int(n[0]-'0')), " ")
}

// checkEdits: edits are in order, inside the text and at whole characters.
func checkEdits(t *testing.T, text string, edits []corpus.Edit) {
	t.Helper()
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End <= e.Start || e.End > len(text) || e.Rule == "" {
			t.Fatalf("edit %v behind %d in %q", e, at, text)
		}
		if utf8.ValidString(text) && (!utf8.ValidString(text[:e.Start]) || !utf8.ValidString(text[:e.End])) {
			t.Fatalf("edit %v cuts a character in %q", e, text)
		}
		at = e.End
	}
}

// TestClipped: what is not measured is not edited either.
func TestClipped(t *testing.T) {
	rest := strings.Repeat("this line stays\n", maxTokens)
	m := named("c4").New()
	m.Measure(nil, "Short line.\nA line that is kept. \n"+rest, "en")
	edits := m.AppendEdits(nil)
	if last := edits[len(edits)-1].End; last > maxMeasured {
		t.Errorf("the last edit ends at %d", last)
	}
	if left := apply("Short line.\nA line that is kept. \n"+rest, edits); !strings.HasPrefix(left, "A line that is kept.\n") || !strings.HasSuffix(left, "this line stays\n") {
		t.Errorf("left is %.40q", left)
	}
}

func TestTerminal(t *testing.T) {
	marks, ends := 0, 0
	for r := range rune(utf8.MaxRune) {
		if terminal(r) {
			marks++
		}
		if endMark(string(r)) {
			ends++
		}
	}
	if marks != 159 || ends != 128 { // of datatrove's TERMINAL_PUNCTUATION, spaCy's Sentencizer.default_punct_chars
		t.Errorf("%d characters of terminal punctuation, %d of them end a sentence", marks, ends)
	}
}
