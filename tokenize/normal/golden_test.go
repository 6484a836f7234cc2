package normal

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// goldenCase is a line of golden.jsonl: what the real normalizer makes of each
// text, null where it leaves it as it is.
type goldenCase struct {
	Normalizer json.RawMessage `json:"normalizer"`
	Charsmap   string          `json:"charsmap"`  // a file, for what JSON has no field for
	Refusable  bool            `json:"refusable"` // Read may say that it cannot
	Texts      []string        `json:"texts"`
	File       string          `json:"file"` // of texts; neither: those of the scripts
	Want       []*string       `json:"want"`
}

// compiled is our own charsmap, once.
var compiled = sync.OnceValue(func() []byte { return compileCharsmap(nmtNFKCRules()) })

func (c goldenCase) normalizer(t *testing.T) Normalizer {
	t.Helper()
	charsmap := compiled()
	if c.Charsmap != "" && c.Charsmap != "nmt_nfkc" {
		charsmap = must(os.ReadFile(c.Charsmap))(t)
	}
	if c.Charsmap != "" {
		return must(newPrecompiled(charsmap))(t)
	}
	return must(Read(c.Normalizer))(t)
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// scriptTexts are the texts that the scripts make fixtures of.
func scriptTexts(t testing.TB) (texts []string) {
	t.Helper()
	var pairs [][2]string
	raw := must(os.ReadFile("../../testdata/scripts/tokenizer_texts.json"))(t)
	if err := json.Unmarshal(raw, &pairs); err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		texts = append(texts, p[1])
	}
	return texts
}

// TestGolden compares with what the real tokenizers makes of texts in more than
// thirty languages. CORPUS_NORMAL_CASES names a larger file, as
// testdata/scripts/normal_fixtures.py --big writes one.
func TestGolden(t *testing.T) {
	path := "testdata/golden.jsonl"
	if p := os.Getenv("CORPUS_NORMAL_CASES"); p != "" {
		path = p
	}
	f := must(os.Open(path))(t)
	defer f.Close()
	var total comparison
	for in := bufio.NewReaderSize(f, 1<<20); ; {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		var c goldenCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		total.compare(t, c)
	}
	t.Logf("%d texts of %d bytes compared, %d normalizers refused", total.texts, total.bytes, total.refused)
	if total.texts < 1000 {
		t.Error("too few texts")
	}
}

// comparison counts what was compared.
type comparison struct{ texts, bytes, refused int }

func (total *comparison) compare(t *testing.T, c goldenCase) {
	t.Helper()
	if _, err := Read(c.Normalizer); err != nil && c.Refusable {
		total.refused++
		return
	}
	n := c.normalizer(t)
	name := fmt.Sprintf("%.300s%s", c.Normalizer, c.Charsmap)
	if written := must(Encode(n))(t); c.Normalizer != nil && string(written) != string(c.Normalizer) {
		t.Errorf("%s is written as %.300s", name, written)
	}
	wrong := 0
	for i, text := range c.texts(t) {
		want := text
		if c.Want[i] != nil {
			want = *c.Want[i]
		}
		total.texts, total.bytes = total.texts+1, total.bytes+len(text)
		if got := String(n, text); got != want || string(n.Append(nil, text)) != want {
			if wrong++; wrong <= 3 {
				t.Errorf("%s of\n%s\n gives %s\nwant   %s", name, show(text, want), show(got, want), show(want, got))
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%s: %d of %d differ", name, wrong, len(c.Want))
	}
}

func (c goldenCase) texts(t *testing.T) (texts []string) {
	t.Helper()
	switch {
	case c.File != "":
		if err := json.Unmarshal(must(os.ReadFile(c.File))(t), &texts); err != nil {
			t.Fatal(err)
		}
		return texts
	case c.Texts != nil:
		return c.Texts
	}
	return scriptTexts(t)
}

// show writes a text by its code points, from shortly before it differs on.
func show(text, other string) string {
	a, b := []rune(text), []rune(other)
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	start := max(0, i-6)
	var s strings.Builder
	fmt.Fprintf(&s, "[%d]", start)
	for _, r := range a[start:min(len(a), start+20)] {
		fmt.Fprintf(&s, " %04X", r)
	}
	return s.String()
}

// TestCharsmapFile writes our charsmap for the script that makes fixtures.
func TestCharsmapFile(t *testing.T) {
	if path := os.Getenv("CORPUS_NORMAL_CHARSMAP"); path != "" {
		if err := os.WriteFile(path, compiled(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
