package tokenize

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTrainPrefix(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	large, small := trainOn(t, texts, 900), trainOn(t, texts, 500)
	if !slices.Equal(large.tokens[:500], small.tokens) {
		t.Error("the vocabulary of 500 does not begin that of 900")
	}
}

func TestTrainBytes(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	a := trainOn(t, texts, 700).JSON()
	slices.Reverse(texts)
	if b := trainOn(t, texts, 700).JSON(); !bytes.Equal(a, b) {
		t.Error("the order of texts changes tokenizer.json")
	}
}

func TestReserved(t *testing.T) {
	tok := trainOn(t, []string{"some text"}, 363)
	for content, id := range map[string]uint32{
		Pad: PadID, Bos: BosID, Eos: EosID, Unk: UnkID, Cls: ClsID, Sep: SepID, Mask: MaskID,
		Sentinel(0): FirstSentinelID, Sentinel(Sentinels - 1): NumReserved - 1,
	} {
		if got, ok := tok.Special(content); !ok || got != id || !tok.special[id] {
			t.Errorf("%s has id %d (%v), want %d", content, got, ok, id)
		}
	}
	if _, ok := tok.Special("<none>"); ok || tok.special[NumReserved] {
		t.Error("special tokens that are none")
	}
}

func trainKind(t *testing.T, kind string, texts []string, sizes ...int) []*Tokenizer {
	t.Helper()
	c, err := NewCounter(kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		c.Add(text)
	}
	all, _, err := Train(c.All(), TrainOptions{Kind: kind, Sizes: sizes, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTrainKinds: of each kind the smaller vocabulary is what it is alone, the
// file reads as the tokenizer it was written from, the reserved tokens have their
// ids, and no text becomes one.
func TestTrainKinds(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	texts = append(texts, texts...)
	for _, kind := range Kinds() {
		all := trainKind(t, kind, texts, 1500, 1700)
		slices.Reverse(texts)
		if alone := trainKind(t, kind, texts, 1500)[0]; !bytes.Equal(alone.JSON(), all[0].JSON()) {
			t.Errorf("%s: alone, or from texts in another order, the vocabulary of 1,500 differs", kind)
		}
		tok, err := Read(all[1].JSON())
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if n := tok.Size(); n != 1700 {
			t.Errorf("%s: %d ids", kind, n)
		}
		a, b := all[1].NewEncoder(), tok.NewEncoder()
		for _, text := range append(texts, "<mask> a<s>b </s><extra_id_0> ▁<0x41>##x") {
			ids := a.Encode(nil, text)
			if !slices.Equal(ids, b.Encode(nil, text)) {
				t.Errorf("%s: %q: the file gives other ids", kind, text)
			}
			for _, id := range ids {
				if id < NumReserved && id != UnkID {
					t.Errorf("%s: %q has token %d", kind, text, id)
				}
			}
		}
		for _, s := range Reserved() {
			if id, ok := tok.Special(s.Content); !ok || id != s.ID {
				t.Errorf("%s: %s has id %d", kind, s.Content, id)
			}
		}
		if ids := b.EncodePrompt(nil, "one <mask> two"); !slices.Contains(ids, MaskID) {
			t.Errorf("%s: the prompt is %d", kind, ids)
		}
	}
	if _, err := NewCounter("word"); err == nil {
		t.Error("words of a kind that there is not")
	}
	if _, _, err := Train(nil, TrainOptions{Kind: "word"}); err == nil {
		t.Error("a kind that there is not")
	}
}

// TestLongPieces: words without end are learnt from in languages without spaces,
// whose characters are whole.
func TestLongPieces(t *testing.T) {
	c, err := NewCounter("unigram")
	if err != nil {
		t.Fatal(err)
	}
	c.Add(strings.Repeat("字符語", 1000))
	n := 0
	for w := range c.All() {
		if !utf8.Valid(w.Word) {
			t.Errorf("%q", w.Word)
		}
		n += int(w.N) * len(w.Word)
	}
	if n != 9000+len("▁") || c.Stats().LongWords != 0 {
		t.Errorf("%d bytes, %+v", n, c.Stats())
	}
}
