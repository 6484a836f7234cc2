package tokenize

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus/tokenize/bpe"
	"corpus/tokenize/split"
)

// slowEncode applies the merges by rank, each to the whole word, which is what
// BPE means when a token's parts are of lower rank, as in training.
func slowEncode(tok *Tokenizer, merges []string, text string) (ids []uint32) {
	id := map[string]uint32{}
	for i, token := range tok.tokens {
		id[token] = uint32(i)
	}
	for _, word := range (split.GPT2{}).Append(nil, repairUTF8(text), true) {
		syms := strings.Split(bpe.ByteLevel.Encode(word), "")
		for _, m := range merges {
			left, right, _ := strings.Cut(m, " ")
			for i := 0; i+1 < len(syms); i++ {
				if syms[i] == left && syms[i+1] == right {
					syms[i] += right
					syms = slices.Delete(syms, i+1, i+2)
				}
			}
		}
		for _, s := range syms {
			ids = append(ids, id[s])
		}
	}
	return ids
}

// TestEncodeSlow: random text, long words and a cache in use give what the
// plain definition gives.
func TestEncodeSlow(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	tok := trainOn(t, texts, fixtureVocab)
	enc, merges := tok.NewEncoder(), mergesOf(t, tok)
	rng := rand.New(rand.NewPCG(1, 9))
	for range 400 {
		var b strings.Builder
		for range 1 + rng.IntN(6) {
			text := texts[rng.IntN(len(texts))]
			if i := rng.IntN(len(text) + 1); len(text) > 0 {
				b.WriteString(text[i:min(len(text), i+1+rng.IntN(300))])
			}
		}
		if got, want := enc.Encode(nil, b.String()), slowEncode(tok, merges, b.String()); !slices.Equal(got, want) {
			t.Fatalf("Encode(%q)\n got %v\nwant %v", b.String(), got, want)
		}
	}
}

// TestScanAndHeap: both ways of merging agree on words of any length.
// TestCacheIsNeutral: an encoder whose cache has overflowed many times gives
// the ids of a fresh one, and its memory stays bounded.
func TestCacheIsNeutral(t *testing.T) {
	tok := trainOn(t, load[[]string](t, "texts.json"), 600)
	enc := tok.NewEncoder()
	rng := rand.New(rand.NewPCG(3, 9))
	letters := []rune("abcdefgäя日")
	word := func() string {
		w := make([]rune, 1+rng.IntN(30))
		for i := range w {
			w[i] = letters[rng.IntN(len(letters))]
		}
		return string(w)
	}
	for range 60 {
		var words []string
		for range 5000 {
			words = append(words, word())
		}
		enc.Encode(nil, strings.Join(words, " "))
	}
	if size := enc.cache.Size(); size > 20<<20 {
		t.Errorf("the cache has %d bytes", size)
	}
	text := "abc " + word() + " " + word()
	if got, want := enc.Encode(nil, text), tok.NewEncoder().Encode(nil, text); !slices.Equal(got, want) {
		t.Errorf("%q: %v, fresh %v", text, got, want)
	}
}

// TestEncodeAllocates nothing once dst and the cache are warm.
func TestEncodeAllocates(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	enc := trainOn(t, texts, fixtureVocab).NewEncoder()
	text := strings.Join(texts, "\n")
	dst := enc.Encode(nil, text)
	if n := testing.AllocsPerRun(10, func() { dst = enc.Encode(dst[:0], text) }); n > 0 {
		t.Errorf("%v allocations a text", n)
	}
}

// TestLongRun: a word of a million equal letters is merged by the queue, in
// n log n steps, never by scanning, in n².
// TestVeryLongWord is cut at bpe.MaxMergeSymbols and loses nothing.
func TestVeryLongWord(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a second: run without -short")
	}
	tok := trainOn(t, []string{strings.Repeat("a", 1000)}, 373)
	n := bpe.MaxMergeSymbols + 77
	ids := tok.NewEncoder().Encode(nil, strings.Repeat("b", n))
	if len(ids) != n { // "b" was never merged
		t.Errorf("%d tokens, want %d", len(ids), n)
	}
}

func TestSpecialsInText(t *testing.T) {
	tok := trainOn(t, []string{"a mask"}, 363)
	enc := tok.NewEncoder()
	ids := enc.Encode(nil, "a <mask> and </s>, <extra_id_7>, <masks")
	if enc.SpecialsInText() != 3 {
		t.Errorf("counted %d special tokens, want 3", enc.SpecialsInText())
	}
	if slices.ContainsFunc(ids, func(id uint32) bool { return tok.special[id] }) {
		t.Errorf("a document made special tokens: %v", ids)
	}
	prompt := enc.EncodePrompt(nil, "a <mask></s>")
	if want := []uint32{uint32(slices.Index(tok.tokens, "a")), MaskID, EosID}; !slices.Equal(prompt, want) {
		t.Errorf("prompt %v, want %v", prompt, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	tok := trainOn(t, []string{"a"}, 363)
	if _, err := tok.Decode([]uint32{1, 363}, true); err == nil {
		t.Error("an id beyond the vocabulary was decoded")
	}
}

// FuzzEncode: encoding and decoding any bytes gives their repaired UTF-8 back,
// and prompts never panic, in trained tokenizers and in those from elsewhere.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "a <mask> b", " \xff\xfe\n\n", "<|im start|>  <|endoftext|>", "abcabcabcaab"} {
		f.Add(s)
	}
	var encoders []*Encoder
	for _, name := range []string{"trained", "gpt2", "ways"} {
		encoders = append(encoders, readFile(f, "testdata/"+name+".json").NewEncoder())
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, enc := range encoders {
			ids := enc.Encode(nil, text)
			if back, err := enc.tok.Decode(ids, false); err != nil || back != repairUTF8(text) {
				t.Errorf("%q came back as %q (%v)", text, back, err)
			}
			if _, err := enc.tok.Decode(enc.EncodePrompt(nil, text), true); err != nil {
				t.Error(err)
			}
		}
	})
}
