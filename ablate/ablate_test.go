package ablate

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// arm is texts as a table.
type arm struct{ texts []string }

func (a *arm) Next() (*corpus.Table, error) {
	if a.texts == nil {
		return nil, io.EOF
	}
	t := corpus.NewTable(corpus.TextSchema())
	for _, text := range a.texts {
		t.Append(&corpus.Document{Text: text})
	}
	a.texts = nil
	return t, nil
}

func (a *arm) Close() error { return nil }

func heldOut(t *testing.T, files map[string]string) *HeldOut {
	t.Helper()
	dir, names := t.TempDir(), []string(nil)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.Join(dir, name))
	}
	slices.Sort(names)
	h, err := Load(names)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func number(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(" w")
		b.WriteString(strings.Repeat("x", i))
	}
	return b.String()
}

// What is left has no sequence of 13 words in common with any arm, and is all that
// no such sequence touches.
func TestApart(t *testing.T) {
	first, both, last := "an opening line"+number(0, 20), "a line"+number(40, 49), number(49, 60)[1:]
	text := strings.Join([]string{first, both, last, "what follows"}, "\n")
	h := heldOut(t, map[string]string{"a.txt": text, "b.jsonl": `{"text":"twelve words only` + number(0, 9) + `"}` + "\n\n"})
	for _, texts := range [][]string{{"nothing of it"}, {number(0, 9) + " other", "A LINE, " + number(40, 55)}} {
		if err := h.NextArm(); err != nil {
			t.Fatal(err)
		}
		if err := h.Mark(&arm{texts}); err != nil {
			t.Fatal(err)
		}
	}
	got, o := h.Apart()
	want := []string{first, "what follows", "twelve words only" + number(0, 9)}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if o.Docs != 2 || o.Lines != 5 || o.LinesDropped != 2 || o.BytesDropped != int64(len(both)+len(last)+2) || !slices.Equal(o.Common, []int64{0, 5}) {
		t.Errorf("%+v", o)
	}
	again := heldOut(t, map[string]string{"a.txt": strings.Join(got, "\n\n\n")})
	for _, text := range got {
		again.ngrams.Each(text, func(hash uint64, _, _ int) {
			if h.marks[hash] != 0 {
				t.Errorf("%q has a sequence that an arm has", text)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty.txt": " \n", "bytes.txt": "\xff", "lines.jsonl": "{\"text\":\"a\"}\nno JSON\n"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Load([]string{file}); corpus.ClassOf(err) != corpus.NoInput || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load([]string{filepath.Join(dir, "none")}); corpus.ClassOf(err) != corpus.NoInput {
		t.Error(err)
	}
}

// FuzzApart: whatever the texts, lines are kept whole and none is invented.
func FuzzApart(f *testing.F) {
	f.Add("a b c d e f g h i j k l m n\nx\n", "a b c d e f g h i j k l m")
	f.Add("中文没有空格但是每一个字都是一个词所以很长\n", "中文没有空格但是每一个字都是一个词")
	f.Fuzz(func(t *testing.T, text, learnt string) {
		text, learnt = strings.ToValidUTF8(text, ""), strings.ToValidUTF8(learnt, "")
		h := heldOut(t, map[string]string{"a.txt": "some text\n" + text})
		if err := h.NextArm(); err != nil {
			t.Fatal(err)
		}
		h.mark(learnt)
		got, o := h.Apart()
		total := int64(0)
		for _, piece := range got {
			if total += int64(len(piece)); !strings.Contains("some text\n"+text, piece) {
				t.Errorf("%q is not in %q", piece, text)
			}
		}
		if total > o.Bytes-o.BytesDropped {
			t.Errorf("%d bytes are left of %+v", total, o)
		}
	})
}

func TestCompare(t *testing.T) {
	arms := []Arm{{BitsPerByte: []float64{2, 2.2, 1.8}}, {BitsPerByte: []float64{1.9, 2.3, 1.5}}}
	Compare(arms, 0)
	if a := arms[1]; math.Abs(a.Mean-1.9) > 1e-12 || math.Abs(a.Change+0.05) > 1e-12 || a.Lower != 2 || !(a.Changes[1] > 0) {
		t.Errorf("%+v", a)
	}
	if a := arms[0]; a.Change != 0 || a.Lower != 0 {
		t.Errorf("%+v", a)
	}
	if got := (Score{Nats: math.Ln2 * 10, Bytes: 5}).BitsPerByte(); math.Abs(got-2) > 1e-12 {
		t.Error(got)
	}
}
