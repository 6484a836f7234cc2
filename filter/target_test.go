package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
	"corpus/filter/dsir"
)

func english(string) (string, float64) { return "en", 1 }

func TestLoadTarget(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain := write("a.txt", "the river and the bridge")
	lines := write("b.jsonl", `{"text":"the river and the bridge"}`+"\n\n"+`{"text":"more"}`+"\n")
	a, err := LoadTarget([]string{plain}, english)
	if err != nil {
		t.Fatal(err)
	}
	b, err := LoadTarget([]string{lines}, english)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(b *dsir.Counts) (n uint64) {
		for _, c := range b {
			n += c
		}
		return n
	}
	if sum(a.bag("en")) != 5+4 || sum(b.bag("en")) != 9+1 || a.bag("zh") != nil {
		t.Errorf("%d and %d n-grams", sum(a.bag("en")), sum(b.bag("en")))
	}
	keyA, _ := json.Marshal(a)
	keyB, _ := json.Marshal(b)
	if string(keyA) == string(keyB) || len(keyA) != 66 {
		t.Errorf("keys %s and %s", keyA, keyB)
	}
	for want, file := range map[string]string{"no such": filepath.Join(dir, "none"), "line 1": write("c.jsonl", "{"), "no text": write("d.jsonl", ""), "UTF-8": write("e.txt", "a\xff")} {
		if _, err := LoadTarget([]string{file}, english); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// bucketOf is the bucket of one token.
func bucketOf(token string) (bucket int) {
	dsir.NewGrams().Each(token, func(b int) { bucket = b })
	return bucket
}

// A target is counted to its end, in pieces that end between words; each piece
// of plain text is in the language it is in.
func TestLongTarget(t *testing.T) {
	half := func(text string) (string, float64) {
		if strings.Contains(text, "河") {
			return "zh", 1
		}
		return "en", 1
	}
	dir, text := t.TempDir(), strings.Repeat("bridges ", targetPiece/2)
	plain, lines := filepath.Join(dir, "a.txt"), filepath.Join(dir, "b.jsonl")
	chinese := strings.Repeat("河", targetPiece)
	doc, err := json.Marshal(map[string]string{"text": text})
	err = errors.Join(err, os.WriteFile(plain, []byte(text+chinese), 0o666), os.WriteFile(lines, doc, 0o666))
	if err != nil {
		t.Fatal(err)
	}
	word := bucketOf("bridges")
	a, err := LoadTarget([]string{plain}, half)
	if err != nil || a.bag("en")[word] != targetPiece/2 {
		t.Fatalf("%v: %d times, want %d", err, a.bag("en")[word], targetPiece/2)
	}
	if got := a.bag("zh")[bucketOf("河")]; got != targetPiece {
		t.Errorf("%d characters, want %d", got, targetPiece)
	}
	b, err := LoadTarget([]string{lines}, half)
	if err != nil || b.bag("en")[word] != targetPiece/2 {
		t.Errorf("%v: %d times in JSON lines, want %d", err, b.bag("en")[word], targetPiece/2)
	}
}

// How a file is read is in the key of what follows.
func TestTargetKey(t *testing.T) {
	keys := map[string]string{}
	for _, files := range []map[string]string{
		{"a.txt": `{"text":"the river"}`},
		{"a.jsonl": `{"text":"the river"}`},
		{"a.txt": "the river", "b.txt": "the bridge"},
		{"a.txt": "the riverthe", "b.txt": " bridge"},
	} {
		dir, names := t.TempDir(), []string{}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.Join(dir, name))
		}
		slices.Sort(names)
		target, err := LoadTarget(names, english)
		if err != nil {
			t.Fatal(err)
		}
		if was, ok := keys[target.hash]; ok {
			t.Errorf("%v has the key of %s", files, was)
		}
		keys[target.hash] = fmt.Sprint(files)
	}
}

func TestTargetDecides(t *testing.T) {
	path := filepath.Join(t.TempDir(), "target.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("harbour island engine glass ", 50)), 0o666); err != nil {
		t.Fatal(err)
	}
	target, err := LoadTarget([]string{path}, english)
	if err != nil {
		t.Fatal(err)
	}
	docs := someDocuments()
	r := rand.New(rand.NewPCG(5, 5))
	planted := ""
	for range 80 {
		planted += []string{"harbour ", "island ", "engine ", "glass ", "that ", "the ", "with "}[r.IntN(7)]
	}
	docs = append(docs, document(900, "en", planted))
	w := newWorld(docs, 2, 2)
	w.run(t, Stage(Config{Langs: []string{"en"}, Target: target}))
	best, at, row := math.Inf(-1), -1, 0
	for p := range 2 {
		rules := w.table(roleVerdict, p).Columns[1].Lists
		for i, score := range w.table(roleDSIR, p).Columns[0].Floats {
			if len(rules[i]) == 0 && score > best {
				best, at = score, row
			}
			row++
		}
	}
	if at != len(docs)-1 {
		t.Errorf("document %d scores best, want %d", at, len(docs)-1)
	}
}

func TestBundledTables(t *testing.T) {
	for _, lang := range []string{"en", "zh", "de", "fr", "es", "ru", "ja", "it", "pt"} {
		b := bundled()[lang]
		if b == nil {
			t.Errorf("no table for %s", lang)
			continue
		}
		used, top := 0, uint64(0)
		for _, n := range b {
			if top = max(top, n); n > 0 {
				used++
			}
		}
		if used < dsir.Buckets/2 || top != 65535 {
			t.Errorf("%s uses %d buckets, largest count %d", lang, used, top)
		}
	}
}

// TestScoreIgnoresLength: a text said twice scores as the text does, but for the
// one n-gram where its two halves meet; its weight is twice as far from 0.
func TestScoreIgnoresLength(t *testing.T) {
	b := newBagger()
	for i := range 20 {
		b.add(prose(uint64(i), 200), "en")
	}
	w, g := dsir.NewWeights(bundled()["en"], b.bags["en"]), dsir.NewGrams()
	once, n := g.Weight(w, prose(1, 300))
	twice, m := g.Weight(w, prose(1, 300)+prose(1, 300))
	if diff := once/float64(n) - twice/float64(m); math.Abs(diff) > 0.03 || math.Abs(twice/once-2) > 0.05 {
		t.Errorf("weight %v, of the text twice %v; scores differ by %v", once, twice, diff)
	}
}

func FuzzParseTable(f *testing.F) {
	f.Add([]byte{})
	f.Add(table(bundled()["en"]))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := parseTable(raw)
		if (err == nil) != (len(raw) == 2*dsir.Buckets) {
			t.Fatalf("%d bytes: %v", len(raw), err)
		}
		if err == nil {
			dsir.NewWeights(b, b)
		}
	})
}

func FuzzReadTarget(f *testing.F) {
	f.Add(`{"text":"the river"}`+"\n{}\n", true)
	f.Add("the river \xff", false)
	f.Fuzz(func(t *testing.T, text string, jsonl bool) {
		r := &textFiles{piece: 64, add: func(string) {}}
		if jsonl {
			_ = r.readLines(strings.NewReader(text)) // it may be no JSON
			return
		}
		if err := r.readText(strings.NewReader(text)); (err == nil) != utf8.ValidString(text) {
			t.Fatal(err)
		}
	})
}
