package shards_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"

	"github.com/google/go-cmp/cmp"
)

// TestTokenizerIsKept: shards have a copy of what made them, and are refused to
// others, whose hash the error tells beside theirs.
func TestTokenizerIsKept(t *testing.T) {
	w := newWorkspace(t)
	w.keep(kept{"some text", false}, kept{"more text", true})
	w.shards(config(256))
	w.keep(kept{"a later text", false})
	w.shards(config(256))
	d := w.open("shards")
	if err := d.MadeWith([]byte("{}")); err != nil {
		t.Error(err)
	}
	if b, err := fsx.ReadFile(w.engine.FS, "shards/tokenizer.json", 1<<20); err != nil || string(b) != "{}" {
		t.Errorf("%q, %v", b, err)
	}
	err := d.MadeWith([]byte("{ }"))
	for _, content := range []string{"{}", "{ }"} {
		if sum := sha256.Sum256([]byte(content)); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), hex.EncodeToString(sum[:])) {
			t.Errorf("%v", err)
		}
	}
	d.Manifest.Generations[1].Files = nil
	if err := d.MadeWith([]byte("{}")); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), "do not tell") {
		t.Errorf("shards of an older program: %v", err)
	}
}

// TestTallies: documents and tokens of languages and sources, of both sets and of all
// generations; repeats count.
func TestTallies(t *testing.T) {
	w := newWorkspace(t)
	w.keepRepeated([]kept{{"one", false}, {"three", false}, {"held", true}}, []int64{1, 2, 1})
	w.shards(config(256))
	w.keep(kept{"", false}, kept{"more", true})
	w.shards(config(256))
	list, err := w.open("shards").Tallies()
	if err != nil {
		t.Fatal(err)
	}
	want := []*shards.Tally{
		{Kind: shards.TallyLang, Name: "", Docs: 4, Tokens: 13, ValidDocs: 2, ValidTokens: 8},
		{Kind: shards.TallySource, Name: "source.txt", Docs: 4, Tokens: 13, ValidDocs: 2, ValidTokens: 8},
	}
	if d := cmp.Diff(want, list); d != "" {
		t.Error(d)
	}
}

// TestIDsBeyondTheVocabulary are found wherever they stand, with their place.
func TestIDsBeyondTheVocabulary(t *testing.T) {
	for _, vocab := range []int{256, 70000} { // 16 and 32 bits
		w := newWorkspace(t)
		w.keep(kept{strings.Repeat("a", 9), false}, kept{"aaz", false}, kept{strings.Repeat("a", 20), false})
		w.shards(config(vocab))
		for _, n := range []int{'z', 'z' + 1} {
			tok, err := shards.OpenTokens(w.open("shards"), shards.TrainRole, n, 2)
			switch {
			case n > 'z' && err != nil:
				t.Errorf("%d of %d ids: %v", n, vocab, err)
			case n > 'z':
				if err := tok.Close(); err != nil {
					t.Error(err)
				}
			case corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), fmt.Sprintf("token 2 of document 1 of this record batch is %d, and the vocabulary has %d", 'z', n)):
				t.Errorf("%d of %d ids: %v", n, vocab, err)
			}
		}
	}
}
