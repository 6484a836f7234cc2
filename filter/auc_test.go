package filter

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"corpus"
	"corpus/filter/dsir"
	"corpus/filter/linear"
)

// The score must find target documents, held out from the sources of the tables
// and planted as 5 % of a pool, among documents of the same language that passed
// every rule as they did. Targets are the documentation comments of Go's
// packages; the tables know nothing of Go.
const wantAUC = 0.90

// TestScoreInGoTree takes the other documents from the Go distribution, so that
// it runs wherever the tests do: pieces of all its text files but Go code.
func TestScoreInGoTree(t *testing.T) { testScore(t, goOthers(t), "the Go tree") }

// goOthers is the pieces of text of the Go tree that pass every rule.
var goOthers = func() func(*testing.T) []string {
	var once sync.Once
	var texts []string
	return func(t *testing.T) []string {
		t.Helper()
		once.Do(func() { texts = passing(t, treeTexts(t)) })
		return texts
	}
}()

func treeTexts(t *testing.T) (pool []string) {
	files := goTree(t)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		text := files[path]
		if strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".s") {
			continue
		}
		for i := 0; i < len(text); i += 2048 { // long files are many documents
			pool = append(pool, strings.ToValidUTF8(text[i:min(len(text), i+2048)], ""))
		}
	}
	return pool
}

// TestScoreInPile takes them from a sample of the Pile: web pages, code, papers,
// mails, patents, questions and answers.
func TestScoreInPile(t *testing.T) {
	f, err := os.Open("../../shared/data/dsir/toy_pile_data.jsonl.gz")
	if err != nil {
		t.Skip("needs dsir/toy_pile_data.jsonl.gz of the shared data folder: 1,000 documents of the Pile (p-lambda/dsir, tests)")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var pool []string
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var d struct{ Contents, Text string }
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		pool = append(pool, d.Contents+d.Text)
	}
	testScore(t, passing(t, pool), "a sample of the Pile")
}

// rotations is how often other targets are planted; the mean is tested.
const rotations = 10

// testScore plants targets among others of some place.
func testScore(t *testing.T, others []string, where string) {
	targets := goDocs(t)
	planted := len(others) / 19
	if len(others) < 100 || len(targets) < planted {
		t.Fatalf("only %d others and %d targets pass the rules", len(others), len(targets))
	}
	sum, least := map[string]float64{}, 1.0
	for r := range rotations {
		b := newBagger()
		var chosen []string
		for i := range planted {
			chosen = append(chosen, targets[(i*len(targets)/planted+r*7919)%len(targets)])
		}
		for _, text := range slices.Concat(chosen, others) {
			b.add(text, "en")
		}
		for name, score := range scoresOf(t, b.bags["en"]) {
			auc := areaUnderCurve(chosen, others, score)
			sum[name] += auc / rotations
			if name == SelectDSIR {
				least = min(least, auc)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sum)) {
		t.Logf("%d of %d documentation comments among %d documents of %s: AUC of %s %.4f", planted, len(targets), len(others), where, name, sum[name])
	}
	if sum[SelectDSIR] < wantAUC {
		t.Errorf("AUC %.4f (least %.4f), want %.2f", sum[SelectDSIR], least, wantAUC)
	}
}

// TestMethodsFind: with half of the documentation comments for a target, and half
// of the other documents for bad examples, each method finds the other half. What
// the pool of dsir is made of are the others and one comment in twenty.
func TestMethodsFind(t *testing.T) {
	wanted, good := halves(goDocs(t))
	others, bad := halves(goOthers(t))
	target := writeLines(t, good)
	pool := newBagger()
	for _, text := range slices.Concat(others, wanted[:len(others)/19]) {
		pool.add(text, "en")
	}
	own, err1 := LoadTarget(target, english)
	perplexity, err2 := LoadPerplexity(target, english)
	quality, report, err3 := TrainQuality(target, writeLines(t, bad), 0)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	g := dsir.NewGrams()
	weights := func(target *Target) func(string) float64 {
		w := dsir.NewWeights(target.bag("en"), pool.bags["en"])
		return func(s string) float64 { sum, n := g.Weight(w, s); return sum / float64(n) }
	}
	first := func(of scorer) func(string) float64 {
		return func(s string) float64 { v := make([]float64, 1); of(v, s, "en"); return v[0] }
	}
	for _, m := range []struct {
		name  string
		score func(string) float64
		least float64
	}{
		{"dsir with the bundled target", weights(nil), 0.9},
		{"dsir", weights(own), 0.9},
		{"quality", first(quality.scorer()), 0.9},
		{"perplexity", first(perplexity.scorer()), 0.8},
		{"random", func(s string) float64 { return uniform(0, corpus.NewID("t", 0, []byte(s))) }, 0},
	} {
		auc := areaUnderCurve(wanted, others, m.score)
		t.Logf("%d documentation comments among %d documents of the Go tree, learnt from %d: AUC of %s %.4f", len(wanted), len(others), len(good), m.name, auc)
		if auc < m.least {
			t.Errorf("%s: AUC %.4f, want %.2f", m.name, auc, m.least)
		}
	}
	t.Logf("the report of train-quality says %+v", report)
}

// halves are every other text.
func halves(texts []string) (a, b []string) {
	for i, text := range texts {
		if i%2 == 0 {
			a = append(a, text)
		} else {
			b = append(b, text)
		}
	}
	return a, b
}

// writeLines makes a JSONL file of texts.
func writeLines(t *testing.T, texts []string) []string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, text := range texts {
		if err := enc.Encode(map[string]string{"text": text}); err != nil {
			t.Fatal(err)
		}
	}
	return []string{writeFile(t, "texts.jsonl", b.String())}
}

// scoresOf are the scores of the methods with the bundled table.
func scoresOf(t *testing.T, pool *dsir.Counts) map[string]func(string) float64 {
	g, w := dsir.NewGrams(), dsir.NewWeights(bundled()["en"], pool)
	return map[string]func(string) float64{
		SelectDSIR:   func(s string) float64 { sum, n := g.Weight(w, s); return sum / float64(n) },
		"the sum":    func(s string) float64 { sum, _ := g.Weight(w, s); return sum },
		"the length": func(s string) float64 { return float64(len(s)) },
	}
}

// areaUnderCurve is that of a score over texts.
func areaUnderCurve(positive, negative []string, score func(string) float64) float64 {
	scores := func(texts []string) (all []float64) {
		for _, text := range texts {
			all = append(all, score(text))
		}
		return all
	}
	return linear.AUC(scores(positive), scores(negative))
}

// passing is the English texts that pass every rule, each once.
func passing(t *testing.T, texts []string) (good []string) {
	t.Helper()
	slices.Sort(texts)
	texts = slices.Compact(texts)
	docs := make([]corpus.Document, len(texts))
	for i, text := range texts {
		docs[i] = document(i, "en", text)
	}
	w := newWorld(docs, 1, 2)
	w.run(t, Stage(Config{}))
	k := w.table(RoleKept, 0)
	return k.Column("text").Strings
}

// goTree is the text files of the Go distribution by path.
var goTree = func() func(*testing.T) map[string]string {
	var once sync.Once
	files := map[string]string{}
	return func(t *testing.T) map[string]string {
		t.Helper()
		once.Do(func() { readTree(t, files) })
		return files
	}
}()

func readTree(t *testing.T, files map[string]string) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	roots, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range roots { // Debian has links there
		if root, err = filepath.EvalSymlinks(root); err == nil {
			err = readDir(root, files)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func readDir(root string, files map[string]string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
			files[path] = string(text)
		}
		return err
	})
}

// goDocs is the documentation of the packages of the standard library, as far as
// it passes every rule.
var goDocs = func() func(*testing.T) []string {
	var once sync.Once
	var texts []string
	return func(t *testing.T) []string {
		t.Helper()
		once.Do(func() { texts = passing(t, parseDocs(goTree(t))) })
		return texts
	}
}()

func parseDocs(tree map[string]string) (texts []string) {
	files, packages := token.NewFileSet(), map[string][]*ast.File{}
	// One system's files: of what several declare, go/doc takes now this, now that.
	one := build.Context{GOOS: "linux", GOARCH: "amd64", Compiler: "gc", ReleaseTags: build.Default.ReleaseTags}
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || !strings.Contains(path, "/src/") || strings.Contains(path, "/src/cmd/") ||
			strings.Contains(path, "testdata") {
			continue
		}
		if ok, err := one.MatchFile(filepath.Dir(path), filepath.Base(path)); err != nil || !ok {
			continue
		}
		f, err := parser.ParseFile(files, path, tree[path], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue // some are meant to be wrong
		}
		dir := filepath.Dir(path) + " " + f.Name.Name
		packages[dir] = append(packages[dir], f)
	}
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		p, err := doc.NewFromFiles(files, packages[dir], "std")
		if err == nil {
			texts = append(texts, docText(p))
		}
	}
	return texts
}

// docText joins the comments of a package.
func docText(p *doc.Package) string {
	parts := []string{p.Doc}
	for _, f := range p.Funcs {
		parts = append(parts, f.Doc)
	}
	for _, typ := range p.Types {
		parts = append(parts, typ.Doc)
		for _, f := range slices.Concat(typ.Funcs, typ.Methods) {
			parts = append(parts, f.Doc)
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n")
}
