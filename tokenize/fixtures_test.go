package tokenize

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"corpus/tokenize/count"
)

// The fixtures are made by testdata/scripts/tokenizer_fixtures.py.

var update = flag.Bool("update", false, "write testdata/trained.json")

const fixtureVocab = 1000

func load[T any](t testing.TB, name string) (v T) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

func trainOn(t testing.TB, texts []string, vocab int) *Tokenizer {
	t.Helper()
	c := count.New()
	for _, text := range texts {
		c.Add(text)
	}
	tok, _, err := Train(c.All(), TrainOptions{Sizes: []int{vocab}})
	if err != nil {
		t.Fatal(err)
	}
	return tok[0]
}

// TestTrained: the merges are those that Hugging Face's trainer learns, and the
// file is the one that the golden ids were made with.
func TestTrained(t *testing.T) {
	tok := trainOn(t, load[[]string](t, "texts.json"), fixtureVocab)
	got := mergesOf(t, tok)
	want := load[[]string](t, "merges.json")
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("merge %d is %q, want %q", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d merges, want %d", len(got), len(want))
	}
	path := filepath.Join("testdata", "trained.json")
	if *update {
		if err := os.WriteFile(path, tok.JSON(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, tok.JSON()) {
		t.Error("JSON() is not the stored trained.json; if that is meant, run testdata/scripts/tokenizer_fixtures.py")
	}
}

// mergesOf are the merges of a byte-level tokenizer, as they are written.
func mergesOf(t testing.TB, tok *Tokenizer) (merges []string) {
	t.Helper()
	var m struct{ Merges [][]string }
	if err := json.Unmarshal(encoded(tok.model.Marshaler), &m); err != nil {
		t.Fatal(err)
	}
	for _, pair := range m.Merges {
		merges = append(merges, strings.Join(pair, " "))
	}
	return merges
}

type golden struct {
	Text    string
	IDs     []uint32
	Prompt  []uint32
	Decoded string
	Skipped string
	Half    string
}

func TestGolden(t *testing.T) {
	for file, want := range map[string]string{
		"trained.json": "golden.json", "gpt2.json": "gpt2-golden.json", "ways.json": "ways-golden.json",
	} {
		t.Run(file, func(t *testing.T) {
			tok := readFile(t, filepath.Join("testdata", file))
			enc := tok.NewEncoder()
			for _, g := range load[[]golden](t, want) {
				for range 2 { // the second time from the cache
					checkGolden(t, enc, g)
				}
			}
		})
	}
}

func readFile(t testing.TB, path string) *Tokenizer {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func checkGolden(t *testing.T, enc *Encoder, g golden) {
	t.Helper()
	ids := enc.Encode(nil, g.Text)
	if !slices.Equal(ids, g.IDs) {
		t.Errorf("Encode(%q)\n got %v\nwant %v", g.Text, ids, g.IDs)
	}
	prompt := enc.EncodePrompt(nil, g.Text)
	if !slices.Equal(prompt, g.Prompt) {
		t.Errorf("EncodePrompt(%q)\n got %v\nwant %v", g.Text, prompt, g.Prompt)
	}
	var half []uint32
	for i := 1; i < len(g.IDs); i += 2 {
		half = append(half, g.IDs[i])
	}
	for _, d := range []struct {
		ids  []uint32
		skip bool
		want string
	}{{g.Prompt, false, g.Decoded}, {g.Prompt, true, g.Skipped}, {half, false, g.Half}} {
		got, err := enc.tok.Decode(d.ids, d.skip)
		if err != nil || got != d.want {
			t.Errorf("Decode of %q is %q (%v), want %q", g.Text, got, err, d.want)
		}
	}
}

// TestFolders writes what transformers opens, each family and each kind that is
// trained, with what is made of texts here, for the script to compare.
func TestFolders(t *testing.T) {
	dir := os.Getenv("CORPUS_TOKENIZE_FOLDERS")
	if dir == "" {
		t.Skip("needs CORPUS_TOKENIZE_FOLDERS: run by testdata/scripts/tokenizer_families.py --transformers, which wants Python")
	}
	texts := load[[]string](t, "texts.json")
	for _, name := range families(t) {
		writeFolder(t, filepath.Join(dir, name), family(t, name), texts)
	}
	for _, kind := range Kinds() {
		c, err := NewCounter(kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			c.Add(text)
		}
		all, _, err := Train(c.All(), TrainOptions{Kind: kind, Sizes: []int{1500}})
		if err != nil {
			t.Fatal(err)
		}
		writeFolder(t, filepath.Join(dir, "trained-"+kind), all[0], texts)
	}
}

func writeFolder(t *testing.T, dir string, tok *Tokenizer, texts []string) {
	t.Helper()
	type made struct {
		Text    string   `json:"text"`
		IDs     []uint32 `json:"ids"`
		Decoded string   `json:"decoded"`
		Skipped string   `json:"skipped"`
	}
	var list []made
	enc := tok.NewEncoder()
	for _, text := range texts {
		m := made{Text: text, IDs: append([]uint32{}, tok.Frame(enc.EncodePrompt(nil, text))...)}
		var err error
		if m.Decoded, err = tok.Decode(m.IDs, false); err != nil {
			t.Fatal(err)
		}
		if m.Skipped, err = tok.Decode(m.IDs, true); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"tokenizer.json": tok.JSON(), "tokenizer_config.json": tok.ConfigJSON(512),
		"special_tokens_map.json": tok.SpecialTokensMapJSON(), "made.json": encoded(list),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBig trains and encodes a larger text for the script to compare.
func TestBig(t *testing.T) {
	dir := os.Getenv("CORPUS_TOKENIZE_BIG")
	if dir == "" {
		t.Skip("needs CORPUS_TOKENIZE_BIG: run by testdata/scripts/tokenizer_fixtures.py --big, which wants Python")
	}
	data, err := os.ReadFile(filepath.Join(dir, "texts"))
	if err != nil {
		t.Fatal(err)
	}
	var texts, used []string
	for len(data) > 0 {
		n := binary.LittleEndian.Uint32(data)
		texts = append(texts, string(data[5:5+n]))
		if data[4] == 1 {
			used = append(used, texts[len(texts)-1])
		}
		data = data[5+n:]
	}
	start := time.Now()
	tok := trainOn(t, used, 32000)
	t.Logf("counted and trained %d tokens in %v", tok.Size(), time.Since(start))
	if err := os.WriteFile(filepath.Join(dir, "tokenizer.json"), tok.JSON(), 0o644); err != nil {
		t.Fatal(err)
	}
	enc := tok.NewEncoder()
	var ids []uint32
	var out []byte
	for _, text := range texts {
		ids = enc.Encode(ids[:0], text)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(ids)))
		for _, id := range ids {
			out = binary.LittleEndian.AppendUint32(out, id)
		}
		if back, err := tok.Decode(ids, false); err != nil || back != text {
			t.Errorf("decoding does not give %.60q back (%v)", strings.TrimSpace(text), err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "ids"), out, 0o644); err != nil {
		t.Fatal(err)
	}
}
