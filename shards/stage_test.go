package shards_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/engine"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
	"corpus/shards"
)

// bytesEncoder makes a token of each byte.
type bytesEncoder struct{}

func (bytesEncoder) Encode(dst []uint32, text string) []uint32 {
	for i := range len(text) {
		dst = append(dst, uint32(text[i]))
	}
	return dst
}

// config holds out the documents whose cluster begins with a byte below 0x80.
func config(vocab int) shards.Config {
	return shards.Config{Valid: 0.5, Vocab: vocab, Load: func([]byte) (int, func() shards.Encoder, error) {
		return vocab, func() shards.Encoder { return bytesEncoder{} }, nil
	}}
}

// kept is a document and whether it is held out.
type kept struct {
	text string
	held bool
}

type workspace struct {
	*testing.T
	engine *engine.Engine
}

func newWorkspace(t *testing.T) workspace {
	w := workspace{t, &engine.Engine{FS: fsxtest.New(), Scratch: t.TempDir()}}
	tokenizer := corpus.Stage{Name: "tokenize", Keep: []string{"tokenizer"}, Passes: []corpus.Pass{{
		Name: "train", Tasks: corpus.One, Run: func(e corpus.Env) error {
			f, err := e.CreateFile("tokenizer.json")
			if err == nil {
				_, err = f.Write([]byte("{}"))
			}
			return err
		},
	}}}
	w.run(engine.Job{Stage: tokenizer, Dir: "tokenize"})
	return w
}

func (w workspace) run(job engine.Job) engine.Summary {
	w.Helper()
	sum, err := w.engine.Run(context.Background(), job)
	if err != nil {
		w.Fatal(err)
	}
	return sum
}

func (w workspace) open(dir string) *shards.Dataset {
	w.Helper()
	d, err := shards.OpenDataset(w.engine.FS, dir)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// keep adds a generation of kept documents.
func (w workspace) keep(docs ...kept) { w.keepRepeated(docs, nil) }

// keepRepeated says how often each is to be learnt from.
func (w workspace) keepRepeated(docs []kept, repeat []int64) {
	schema := append(corpus.TextSchema(), corpus.Field{Name: "cluster", Kind: corpus.IDs})
	if repeat != nil {
		schema = append(schema, corpus.Field{Name: "repeat", Kind: corpus.Ints})
	}
	w.run(engine.Job{Dir: "filter", Stage: corpus.Stage{Name: "filter", Keep: []string{"kept/part"}, Passes: []corpus.Pass{{
		Name: "kept", Config: fmt.Sprint(docs, repeat), Tasks: corpus.One, Run: func(e corpus.Env) error {
			out, err := e.Create("kept/part", schema)
			if err != nil {
				return err
			}
			t := corpus.NewTable(schema)
			for i, d := range docs {
				t.Append(&corpus.Document{ID: corpus.NewID(d.text, int64(i), nil), Source: "source.txt", Text: d.text})
				cluster := corpus.ID{0xff}
				if d.held {
					cluster = corpus.ID{0x01}
				}
				c := t.Column("cluster")
				c.IDs = append(c.IDs, cluster)
				e.Count("bytes_out", int64(len(d.text)))
				e.Count("docs_out", 1)
			}
			if repeat != nil {
				t.Column("repeat").Ints = repeat
			}
			return out.Write(t)
		},
	}}}})
}

func (w workspace) shards(c shards.Config) engine.Summary {
	w.Helper()
	return w.run(engine.Job{
		Stage: shards.Stage(c), Dir: "shards", Follows: "filter",
		Inputs: map[string]*shards.Dataset{"filter": w.open("filter"), "tokenize": w.open("tokenize")},
	})
}

// say is a text of the numbers from a to b, as words.
func say(a, b int) string {
	var s []string
	for i := a; i < b; i++ {
		s = append(s, fmt.Sprint("word", i))
	}
	return strings.Join(s, " ")
}

// TestOverlap: 13-word sequences are told by their words, whatever their case
// and the punctuation between; each generation counts what it adds.
func TestOverlap(t *testing.T) {
	w := newWorkspace(t)
	// 28 sequences held out; the 20 words from 5 on are in train: 8 sequences.
	w.keep(kept{say(0, 40), true}, kept{strings.ReplaceAll(strings.ToUpper(say(5, 25)), " ", ", ") + ".", false}, kept{say(30, 42), false})
	w.shards(config(256))
	// A new train text has 5 more of them, and 3 that were in train before; a new
	// held-out text has 15, of which 2 were held out before.
	w.keep(kept{say(10, 30), false}, kept{say(11, 25) + " x " + say(50, 62), true})
	sum := w.shards(config(256))
	gens := w.open("shards").Manifest.Generations
	for g, want := range [][2]int64{{28, 8}, {13, 5}} {
		c := gens[g].Counts
		if got := [2]int64{c["overlap.valid_13words"], c["overlap.in_train"]}; got != want {
			t.Errorf("generation %d counts %v, want %v", g, got, want)
		}
	}
	if sum.Counts["overlap.valid_13words"] != gens[1].Counts["overlap.valid_13words"] {
		t.Error("the summary of a run counts other generations")
	}
}

// TestRepeats: what is to be learnt from several times has so many rows in train, the
// further ones behind all first ones, and one row in valid; what was read is counted once.
func TestRepeats(t *testing.T) {
	w := newWorkspace(t)
	w.keepRepeated([]kept{{"one", false}, {"three", false}, {"held", true}, {"two", false}}, []int64{1, 3, 5, 2})
	sum := w.shards(config(256))
	d, texts := w.open("shards"), map[string][]string{}
	for _, role := range []string{shards.TrainRole, shards.ValidRole} {
		r, err := d.Table(d.Parts()[0], role)
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range corpus.Rows(r) {
			if err != nil {
				t.Fatal(err)
			}
			var b []byte
			for _, id := range row.Columns[0].Tokens[row.At] {
				b = append(b, byte(id))
			}
			if text := string(b); row.Columns[1].Strings[row.At] != map[string]string{
				"one": corpus.NewID("one", 0, nil).String(), "three": corpus.NewID("three", 1, nil).String(),
				"held": corpus.NewID("held", 2, nil).String(), "two": corpus.NewID("two", 3, nil).String(),
			}[text] {
				t.Errorf("%q has the id %s", text, row.Columns[1].Strings[row.At])
			}
			texts[role] = append(texts[role], string(b))
		}
	}
	if got := fmt.Sprint(texts[shards.TrainRole], texts[shards.ValidRole]); got != "[one three two three two three] [held]" {
		t.Errorf("rows %s", got)
	}
	for name, want := range map[string]int64{
		"docs_in": 4, "docs_out": 4, "bytes_in": 15, "train.docs": 6, "train.tokens": 24, "tokens": 28, "valid.docs": 1,
		"rehydrated.docs": 3, "rehydrated.bytes": 13, "rehydrated.tokens": 13,
	} {
		if sum.Counts[name] != want {
			t.Errorf("%s is %d, want %d", name, sum.Counts[name], want)
		}
	}
}

// TestWidthOfIDs: 65,536 ids fit 16 bits, one more takes 32, and the files for
// Hugging Face datasets say which.
func TestWidthOfIDs(t *testing.T) {
	for vocab, want := range map[int]string{65536: "uint16", 65537: "uint32"} {
		w := newWorkspace(t)
		w.keep(kept{"some text", false}, kept{"more text", true})
		w.shards(config(vocab))
		d := w.open("shards")
		f, _ := d.Parts()[0].File(shards.TrainRole)
		info, err := fsx.ReadFile(w.engine.FS, "shards/train/dataset_info.json", 1<<20)
		if err != nil || f.Tokens != want || !strings.Contains(string(info), `"dtype": "`+want+`"`) {
			t.Errorf("%d ids: %q in the manifest, %v\n%s", vocab, f.Tokens, err, info)
		}
		tok, err := shards.OpenTokens(d, shards.TrainRole, 1<<16, 2)
		if err != nil || tok.All().Len() != int64(len("some text")+1) {
			t.Errorf("%d ids: %v", vocab, err)
		}
	}
}

// TestNeedHolds: the shards are no larger than what was said, for the smallest
// tokens and for both widths.
func TestNeedHolds(t *testing.T) {
	for _, vocab := range []int{256, 70000} {
		w := newWorkspace(t)
		var docs []kept
		for i := range 50 {
			docs = append(docs, kept{say(i*100, i*100+i), i%2 == 0})
		}
		w.keep(docs...)
		var need, size int64
		w.engine.Room = func(_ string, n int64) error { need = n; return nil }
		w.shards(config(vocab))
		for _, p := range w.open("shards").Parts() {
			for _, f := range p.Files {
				size += f.Size
			}
		}
		if size > need || need > 2*size {
			t.Errorf("vocabulary of %d: %d bytes needed, %d asked for", vocab, size, need)
		}
	}
}
