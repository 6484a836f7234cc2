package spacy

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"corpus/internal/words"
)

// record is a text with what datatrove makes of it.
type record struct {
	Lang, Text        string
	Tokens, Sentences []string
}

// eachRecord reads a file that testdata/scripts/spacy_check.py made.
func eachRecord(t *testing.T, path string, f func(record)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(z); ; {
		var r record
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		f(r)
	}
}

func texts(text string, spans []words.Span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, text[s.Start:s.End])
	}
	return out
}

// TestAgainstSpaCy counts how much of a large file is cut as datatrove does.
func TestAgainstSpaCy(t *testing.T) {
	path := os.Getenv("CORPUS_SPACY_CHECK")
	if path == "" {
		t.Skip("needs CORPUS_SPACY_CHECK, a file of testdata/scripts/spacy_check.py")
	}
	type tally struct{ docs, bytes, same, tokens, wrong, sentences, wrongSentences int }
	tallies, tokenizers := map[string]*tally{}, map[string]*Tokenizer{}
	eachRecord(t, path, func(r record) {
		n, tok := tallies[r.Lang], tokenizers[r.Lang]
		if tok == nil {
			n, tok = &tally{}, New(r.Lang)
			tallies[r.Lang], tokenizers[r.Lang] = n, tok
		}
		got, sents := texts(r.Text, tok.Append(nil, r.Text)), texts(r.Text, tok.Sentences(nil, r.Text))
		wrong, wrongSents := differ(t, r.Tokens, got), differ(t, r.Sentences, sents)
		n.docs++
		n.bytes += len(r.Text)
		n.tokens += len(r.Tokens)
		n.sentences += len(r.Sentences)
		n.wrong += wrong
		n.wrongSentences += wrongSents
		if wrong+wrongSents == 0 {
			n.same++
		}
	})
	for _, lang := range slices.Sorted(maps.Keys(tallies)) {
		n := tallies[lang]
		t.Logf("%s: documents %d of %d (%d bytes), tokens not equal %d of %d, sentences %d of %d",
			lang, n.same, n.docs, n.bytes, n.wrong, n.tokens, n.wrongSentences, n.sentences)
		if float64(n.wrong) > 1e-4*float64(n.tokens) || float64(n.docs-n.same) > 1e-3*float64(n.docs) {
			t.Errorf("%s: too many differ", lang)
		}
	}
}

// differ is how many of want are not got at their places, as the ends are lined up.
func differ(t *testing.T, want, got []string) int {
	a := 0
	for a < len(want) && a < len(got) && want[a] == got[a] {
		a++
	}
	if a == len(want) && a == len(got) {
		return 0
	}
	b := 0
	for b < len(want)-a && b < len(got)-a && want[len(want)-1-b] == got[len(got)-1-b] {
		b++
	}
	t.Logf("want %q, got %q", strings.Join(clip(want[a:len(want)-b]), "|"), strings.Join(clip(got[a:len(got)-b]), "|"))
	return max(1, len(want)-a-b)
}

func clip(s []string) []string { return s[:min(len(s), 12)] }
