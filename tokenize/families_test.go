package tokenize

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The families' fixtures are made by testdata/scripts/tokenizer_families.py.

// families lists the tokenizers of testdata/families.
func families(t testing.TB) (names []string) {
	t.Helper()
	files, err := filepath.Glob("testdata/families/*-golden.jsonl")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d families (%v)", len(files), err)
	}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), "-golden.jsonl"))
	}
	return names
}

func family(t testing.TB, name string) *Tokenizer {
	t.Helper()
	return readFile(t, filepath.Join("testdata", "families", name+".json"))
}

// familyGolden is what tokenizers makes of a text: of the text of a document,
// of a prompt where that is not the same, and framed.
type familyGolden struct {
	Text, Hex, Other string
	IDs              []uint32
	Prompt           *[]uint32
	Framed, Pair     []uint32
	Decoded          string
	Skipped          *string
}

func loadFamily(t testing.TB, name string) (list []familyGolden) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "families", name+"-golden.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var g familyGolden
		if err := json.Unmarshal(line, &g); err != nil {
			t.Fatal(err)
		}
		if g.Hex != "" {
			raw, err := hex.DecodeString(g.Hex)
			if err != nil {
				t.Fatal(err)
			}
			g.Text = string(raw)
		}
		list = append(list, g)
	}
	return list
}

// TestFamilies: ids and decoded text are those of tokenizers, in each family,
// the second time from the cache, and again once the tokenizer was written.
func TestFamilies(t *testing.T) {
	for _, name := range families(t) {
		t.Run(name, func(t *testing.T) {
			tok := family(t, name)
			again, err := Read(tok.JSON())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(tok.JSON(), again.JSON()) {
				t.Error("changes when it is written and read")
			}
			list := loadFamily(t, name)
			for _, enc := range []*Encoder{tok.NewEncoder(), again.NewEncoder()} {
				for range 2 {
					for _, g := range list {
						checkFamily(t, enc, g)
					}
				}
			}
		})
	}
}

func checkFamily(t *testing.T, enc *Encoder, g familyGolden) {
	t.Helper()
	same := func(what string, got, want []uint32) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s of %q\n got %v\nwant %v", what, g.Text, got, want)
		}
	}
	same("Encode", enc.Encode(nil, g.Text), g.IDs)
	want := g.IDs
	if g.Prompt != nil {
		want = *g.Prompt
	}
	prompt := enc.EncodePrompt(nil, g.Text)
	same("EncodePrompt", prompt, want)
	same("Frame", enc.tok.Frame(prompt), g.Framed)
	if g.Pair != nil {
		same("FramePair", enc.tok.FramePair(prompt, enc.EncodePrompt(nil, g.Other)), g.Pair)
	}
	if got, err := enc.tok.Decode(prompt, false); err != nil || got != g.Decoded {
		t.Errorf("Decode of %q\n got %q (%v)\nwant %q", g.Text, got, err, g.Decoded)
	}
	if g.Skipped != nil {
		if got, err := enc.tok.Decode(prompt, true); err != nil || got != *g.Skipped {
			t.Errorf("Decode of %q without specials\n got %q (%v)\nwant %q", g.Text, got, err, *g.Skipped)
		}
	}
}

// FuzzFamilies: any text is encoded and decoded by each family, a document makes
// no special token, and the cache changes nothing.
func FuzzFamilies(f *testing.F) {
	for _, s := range []string{"", "a <mask> b", " \xff\xfe\n\n", "<|im_start|>  <|endoftext|>", "Human ÉTÉ</s>", "e\u0301 [MASK]\u200d"} {
		f.Add(s)
	}
	var encoders []*Encoder
	for _, name := range families(f) {
		encoders = append(encoders, family(f, name).NewEncoder())
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, enc := range encoders {
			ids := enc.Encode(nil, text)
			if !slices.Equal(enc.Encode(nil, text), ids) {
				t.Errorf("%q has other ids the second time", text)
			}
			if _, err := enc.tok.Decode(enc.tok.Frame(enc.EncodePrompt(nil, text)), true); err != nil {
				t.Error(err)
			}
			for _, id := range ids {
				if slices.ContainsFunc(enc.tok.added, func(a Added) bool { return a.Special && a.ID == id }) && int(id) != enc.tok.model.unk {
					t.Errorf("%q makes the special token %d", text, id)
				}
			}
		}
	})
}
