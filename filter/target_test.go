package filter

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corpus"
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
	sum := func(b *bag) (n uint64) {
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
	for want, file := range map[string]string{"no such": filepath.Join(dir, "none"), "line 1": write("c.jsonl", "{"), "no text": write("d.jsonl", "")} {
		if _, err := LoadTarget([]string{file}, english); corpus.ClassOf(err) != corpus.NoInput || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
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
		for i, score := range w.table(roleScore, p).Columns[0].Floats {
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
		if used < buckets/2 || top != 65535 {
			t.Errorf("%s uses %d buckets, largest count %d", lang, used, top)
		}
	}
}

// TestScoreIgnoresLength: a text said twice scores as the text does, but for the
// one n-gram where its two halves meet.
func TestScoreIgnoresLength(t *testing.T) {
	var pool bag
	for i := range 20 {
		pool.add(tokensOf(prose(uint64(i), 200)))
	}
	w := newWeights(bundled()["en"], &pool)
	once, twice := w.score(tokensOf(prose(1, 300))), w.score(tokensOf(prose(1, 300)+prose(1, 300)))
	if diff := once - twice; diff > 0.02 || diff < -0.02 {
		t.Errorf("score %v, of the text twice %v", once, twice)
	}
}

func FuzzParseTable(f *testing.F) {
	f.Add([]byte{})
	f.Add(bundled()["en"].table())
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := parseTable(raw)
		if (err == nil) != (len(raw) == 2*buckets) {
			t.Fatalf("%d bytes: %v", len(raw), err)
		}
		if err == nil {
			newWeights(b, b)
		}
	})
}

func FuzzReadTarget(f *testing.F) {
	f.Add(`{"text":"the river"}`+"\n{}\n", true)
	f.Add("the river \xff", false)
	f.Fuzz(func(t *testing.T, text string, jsonl bool) {
		target := &Target{bags: map[string]*bag{}}
		if err := target.read(strings.NewReader(text), jsonl, english); err != nil && !jsonl {
			t.Fatal(err)
		}
	})
}
