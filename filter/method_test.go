package filter

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// TestUniform: lots are even (Kolmogorov-Smirnov), the noise is Gumbel's, and a
// seed draws anew.
func TestUniform(t *testing.T) {
	const n = 20_000
	lots, noise, same := make([]float64, n), make([]float64, n), 0
	for i := range lots {
		id := corpus.NewID("t", int64(i), nil)
		lots[i] = uniform(1, id)
		noise[i] = math.Exp(-math.Exp(-gumbel(1, id))) // the distribution function, which makes it even
		if (lots[i] < 0.5) == (uniform(2, id) < 0.5) {
			same++
		}
	}
	for name, x := range map[string][]float64{"lots": lots, "noise": noise} {
		slices.Sort(x)
		d := 0.0
		for i, v := range x {
			d = max(d, math.Abs(v-float64(i)/n), math.Abs(v-float64(i+1)/n))
		}
		if d > 1.63/math.Sqrt(n) { // the 1 % point
			t.Errorf("%s: distance %v to the even distribution", name, d)
		}
	}
	if math.Abs(float64(same)/n-0.5) > 0.02 {
		t.Errorf("%d of %d lots are alike for two seeds", same, n)
	}
}

// TestSampleAsDSIR: with the weights of the fixture each document is chosen as
// often as by DSIR's own resampling, which numpy draws.
func TestSampleAsDSIR(t *testing.T) {
	var o struct {
		Noise struct {
			Weights, Share []float64
			K              int
		}
	}
	b, err := os.ReadFile("dsir/testdata/dsir.json")
	if err == nil {
		err = json.Unmarshal(b, &o)
	}
	if err != nil || len(o.Noise.Weights) < 5 {
		t.Fatal(err)
	}
	m, n := Config{Select: SelectDSIRSample}.method(), len(o.Noise.Weights)
	chosen, draws := make([]float64, n), 50_000
	for seed := range draws {
		keys, order := make([]float64, n), make([]int, n)
		for i, w := range o.Noise.Weights {
			keys[i], order[i] = m.key(w, uint64(seed), corpus.NewID("t", int64(i), nil)), i
		}
		slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, keys[b]-keys[a])) })
		for _, i := range order[:o.Noise.K] {
			chosen[i]++
		}
	}
	for i, want := range o.Noise.Share {
		if got := chosen[i] / float64(draws); math.Abs(got-want) > 0.01 {
			t.Errorf("weight %v is chosen %.3f of times, by DSIR %.3f", o.Noise.Weights[i], got, want)
		}
	}
}

// write makes a file of the test.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// harbour is n words of a narrow choice.
func harbour(seed uint64, n int) string {
	r, text := rand.New(rand.NewPCG(seed, 5)), ""
	for range n {
		text += []string{"harbour ", "island ", "engine ", "glass ", "that ", "the ", "with "}[r.IntN(7)]
	}
	return text
}

// configOf is the method with what it needs: all look for harbours and islands.
func configOf(t *testing.T, name string) Config {
	t.Helper()
	var good, bad strings.Builder
	for i := range 60 {
		good.WriteString(`{"text":"` + harbour(uint64(i), 60) + `"}` + "\n")
		bad.WriteString(`{"text":"` + strings.ReplaceAll(prose(uint64(1000+i), 60), "\n", " ") + `"}` + "\n")
	}
	files := []string{writeFile(t, "good.jsonl", good.String())}
	c := Config{Select: name, Keep: 0.2, Langs: []string{"en"}, Seed: 1}
	var err error
	switch name {
	case SelectQuality:
		c.Quality, _, err = TrainQuality(files, []string{writeFile(t, "bad.jsonl", bad.String())}, 0)
	case SelectPerplexity:
		c.Perplexity, err = LoadPerplexity(files, english)
	case SelectDSIR, SelectDSIRSample:
		c.Target, err = LoadTarget(files, english)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMethods: every method keeps its budget, by the scores in its sidecar, and all
// but the even draw keep the document that is most like what is wanted.
func TestMethods(t *testing.T) {
	docs := someDocuments()
	docs = append(docs, document(900, "en", harbour(99, 80)))
	for _, name := range Methods() {
		c := configOf(t, name)
		w := newWorld(docs, 2, 2)
		w.run(t, Stage(c))
		if n := w.counts["bytes_out"]; n == 0 || n > w.counts["budget_bytes"] || w.counts["dropped.keep.budget"] == 0 {
			t.Errorf("%s keeps %d bytes of %d; %v", name, n, w.counts["budget_bytes"], w.counts)
		}
		role := c.method().family.role
		if (role == "") != (name == SelectRandom) {
			t.Fatalf("%s: role %q", name, role)
		}
		if verdict := verdictsByID(w)[docs[len(docs)-1].ID.String()]; name != SelectRandom && verdict != "" {
			t.Errorf("%s drops the document it should find: %s", name, verdict)
		}
		if role != "" {
			scores := w.table(role, 0)
			for i := range scores.Rows {
				if v := scores.Columns[0].Floats[i]; math.IsInf(v, 0) {
					t.Errorf("%s: score %v", name, v)
				}
			}
		}
	}
}

// TestMethodNeeds: what is missing is said, with how to get it.
func TestMethodNeeds(t *testing.T) {
	for name, want := range map[string]string{
		SelectQuality: "train-quality", SelectPerplexity: "filter.target", "best": "want dsir, dsir-sample, quality, perplexity, random",
	} {
		if err := (Config{Select: name}).Check(); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	own := Config{Select: SelectRandom, Own: []Rule{{Name: "a", Attribute: "dsir.score", Limit: 1}}}
	if err := own.Check(); err == nil || !strings.Contains(err.Error(), "nothing measures") {
		t.Errorf("a rule over dsir.score without it: %v", err)
	}
	own.Select = SelectDSIR
	if err := own.Check(); err != nil {
		t.Error(err)
	}
}

// TestDecisionsKey: a seed is in the key where something is drawn, only there.
func TestDecisionsKey(t *testing.T) {
	key := func(c Config) string {
		b, err := json.Marshal(c.decisions())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if key(Config{Seed: 1}) != key(Config{Seed: 2}) {
		t.Error("the seed of dsir, which draws nothing, is in the key")
	}
	if key(Config{Seed: 1, Select: SelectRandom}) == key(Config{Seed: 2, Select: SelectRandom}) {
		t.Error("the seed is not in the key")
	}
	if key(Config{}) == key(Config{Balance: "domain=cap:1%"}) || key(Config{}) == key(Config{Balance: "lang=temperature:0.3"}) {
		t.Error("the balance is not in the key")
	}
}

func TestQualityModel(t *testing.T) {
	c := configOf(t, SelectQuality)
	var b strings.Builder
	if err := c.Quality.Encode(&b); err != nil {
		t.Fatal(err)
	}
	q, err := LoadQuality(writeFile(t, "m.model", b.String()))
	if err != nil {
		t.Fatal(err)
	}
	a, z := make([]float64, 1), make([]float64, 1)
	c.Quality.scorer()(a, harbour(7, 50), "en")
	q.scorer()(z, harbour(7, 50), "en")
	if a[0] != z[0] || a[0] < 0 {
		t.Errorf("scores %v and, from the file, %v", a[0], z[0])
	}
	for name, text := range map[string]string{"not a model": "text", "damaged model": b.String()[:b.Len()/2]} {
		if _, err := LoadQuality(writeFile(t, "bad", text)); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), "quality_model") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := TrainQuality([]string{writeFile(t, "empty.txt", "")}, []string{writeFile(t, "a.txt", "a")}, 0); corpus.ClassOf(err) != corpus.BadConfig || !strings.Contains(err.Error(), "--good") {
		t.Errorf("no text: %v", err)
	}
}
