package filter

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// vocabulary is words that make texts which pass every rule.
var vocabulary = strings.Fields(`the be to of and that have with committee river bridge paper winter
	garden teacher window market letter village morning answer question history music story doctor
	summer forest mountain kitchen evening people children minister station office number school
	weather language picture village traveller harbour island engine worker paint metal glass`)

// prose is n words of sentences, different for every seed.
func prose(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for i := range n {
		b.WriteString(vocabulary[r.IntN(len(vocabulary))])
		if i%12 == 11 {
			b.WriteString(".\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func document(i int, lang, text string) corpus.Document {
	return corpus.Document{ID: corpus.NewID("test", int64(i), []byte(text)), Source: "test", Lang: lang, LangScore: 0.99, Text: text}
}

// some documents: good ones of several languages, and bad ones.
// noStopWords lets English prose pass as another language.
var noStopWords = map[string]float64{"gopher.stop_words": 0}

func someDocuments() (docs []corpus.Document) {
	for i := range 60 {
		docs = append(docs, document(i, []string{"en", "en", "en", "sw"}[i%4], prose(uint64(i), 60+7*i)))
	}
	docs = append(docs, document(100, "en", "too short"), document(101, "en", strings.Repeat("the same and the same with that. ", 30)),
		document(102, "de", prose(7, 100)), document(103, "", ""), document(104, "en", prose(3, 80)+strings.Repeat(" motherfucker asshole", 9)))
	return docs
}

// verdicts is what the tables of a run say of each document.
type verdicts struct {
	total, eligible int64
	ranks           map[string][]string // eligible documents by language: score and id, best first
	size            map[string]int64    // bytes by id
	perLang         map[string]int64    // eligible bytes
	kept            map[string]bool
}

func readVerdicts(t *testing.T, w *world) verdicts {
	t.Helper()
	v := verdicts{ranks: map[string][]string{}, size: map[string]int64{}, perLang: map[string]int64{}, kept: map[string]bool{}}
	for p := range w.parts {
		text, verdict, score := w.table(rolePart, p), w.table(roleVerdict, p), w.table(roleDSIR, p)
		if verdict.Rows != text.Rows || score.Rows != text.Rows {
			t.Fatalf("part %d: sidecars of %d and %d rows for %d", p, verdict.Rows, score.Rows, text.Rows)
		}
		for i := range text.Rows {
			d, rules := text.Document(i), verdict.Columns[1].Lists[i]
			id, n := d.ID.String(), int64(len(d.Text))
			v.total += n
			if keep := verdict.Columns[0].Ints[i] == 1; keep != (len(rules) == 0) {
				t.Errorf("keep %v with failures %v", keep, rules)
			}
			v.kept[id] = len(rules) == 0
			if len(rules) == 0 || rules[0] == RuleBudget {
				v.ranks[d.Lang] = append(v.ranks[d.Lang], fmt.Sprintf("%020.12f %s", 1000-orZero(score.Columns[0].Floats[i]), id))
				v.size[id] = n
				v.perLang[d.Lang] += n
				v.eligible += n
			}
		}
	}
	return v
}

func TestStageKeepsTheBudget(t *testing.T) {
	w := newWorld(someDocuments(), 3, 2)
	w.run(t, Stage(Config{Limits: noStopWords, Langs: []string{"en", "sw"}, Keep: 0.2}))
	v := readVerdicts(t, w)
	if n := w.counts["pool_bytes"]; n != v.total {
		t.Errorf("pool_bytes %d, want %d", n, v.total)
	}
	if n := w.counts["eligible_bytes"]; n != v.eligible || n < 2*w.counts["budget_bytes"] {
		t.Errorf("eligible_bytes %d, want %d, budget %d", n, v.eligible, w.counts["budget_bytes"])
	}
	budget := int64(0.2 * float64(v.total))
	for lang, keys := range v.ranks { // the rule of the design, computed another way
		slices.Sort(keys)
		share := int64(math.Floor(float64(budget) * float64(v.perLang[lang]) / float64(v.eligible)))
		open := true
		for _, k := range keys {
			id := strings.Fields(k)[1]
			open = open && v.size[id] <= share
			if v.kept[id] != open {
				t.Errorf("%s %s: kept %v, want %v", lang, id, v.kept[id], open)
			}
			share -= v.size[id]
		}
	}
	if w.counts["bytes_out"] > budget || w.counts["bytes_out"] < budget/2 {
		t.Errorf("kept %d bytes of a budget of %d", w.counts["bytes_out"], budget)
	}
	checkKept(t, w, v.kept)
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// checkKept compares the kept text with the verdicts.
func checkKept(t *testing.T, w *world, kept map[string]bool) {
	t.Helper()
	n := 0
	for p := range w.parts {
		k := w.table(RoleKept, p)
		for i := range k.Rows {
			d := k.Document(i)
			if !kept[d.ID.String()] || d.Text == "" || k.Column("cluster").IDs[i] != d.ID {
				t.Errorf("kept part holds %s", d.ID)
			}
			n++
		}
	}
	if want := w.counts["docs_out"]; int64(n) != want || n == 0 {
		t.Errorf("%d kept texts, docs_out %d", n, want)
	}
}

func TestVerdictNamesEveryRule(t *testing.T) {
	docs := someDocuments()
	w := newWorld(docs, 1, 2)
	w.run(t, Stage(Config{Langs: []string{"en", "sw"}}))
	v := w.table(roleVerdict, 0)
	for i, want := range map[int][]string{
		0:  nil,
		60: {"gopher.min_words", "gopher.stop_words"},
		61: {"repetition.top_2_gram", "repetition.top_3_gram", "repetition.top_4_gram", "repetition.dup_5_gram", "repetition.dup_10_gram"},
		62: {RuleLang},
		63: {RuleLang, "gopher.min_words", "gopher.alpha_words"},
		64: {"toxicity.share"},
	} {
		got := v.Columns[1].Lists[i]
		for _, rule := range want {
			if !slices.Contains(got, rule) {
				t.Errorf("document %d fails %v, want also %s", i, got, rule)
			}
		}
		if want == nil && len(got) > 0 {
			t.Errorf("document %d fails %v", i, got)
		}
		if len(v.Columns[2].Numbers[i]) != len(got) || len(v.Columns[3].Numbers[i]) != len(got) {
			t.Errorf("document %d: values and limits do not match rules", i)
		}
	}
	if w.counts["not_applied.gopher.stop_words"] == 0 || w.counts["no_target.sw"] != 15 {
		t.Errorf("counts do not show what was not applied: %v", w.counts)
	}
	if w.counts["docs_in"] != 65 || w.counts["lang.en.docs_in"] != 48 || w.counts["lang.und.docs_in"] != 1 {
		t.Errorf("counts %v", w.counts)
	}
}

// TestStageIsPure runs the stage with other part and batch sizes and workers.
func TestStageIsPure(t *testing.T) {
	docs := someDocuments()
	run := func(workers, batch int) *world {
		w := newWorld(docs, 3, workers)
		w.batch = batch
		w.run(t, Stage(Config{Keep: 0.1}))
		return w
	}
	a, b := run(1, 1), run(4, 17)
	if !maps.Equal(a.counts, b.counts) {
		t.Errorf("counts differ: %v, %v", a.counts, b.counts)
	}
	for name := range a.tables {
		if !reflect.DeepEqual(fmt.Sprint(a.tables[name]), fmt.Sprint(b.tables[name])) {
			t.Errorf("%s differs between runs", name)
		}
	}
}

func TestBudgetThatDoesNotBind(t *testing.T) {
	w := newWorld(someDocuments(), 2, 1)
	w.decoded = 1 << 30 // ingest dropped most
	w.run(t, Stage(Config{Keep: 0.5}))
	if w.counts["pool_bytes"] != 1<<30 || w.counts["budget_did_not_bind"] != 1 || w.counts["docs_out"] != w.counts["docs_eligible"] || w.counts["docs_out"] == 0 {
		t.Errorf("counts %v", w.counts)
	}
}

func TestDuplicatesAreDropped(t *testing.T) {
	docs := []corpus.Document{document(0, "en", prose(1, 90)), document(1, "en", prose(1, 90)), document(2, "en", prose(2, 90))}
	w := newWorld(docs, 1, 1)
	cluster, v := docs[0].ID, corpus.NewTable(dedupSchema)
	appendDedup(v, "", cluster, cluster, math.NaN())
	appendDedup(v, "near", cluster, cluster, 0.97)
	appendDedup(v, "", docs[2].ID, docs[2].ID, math.NaN())
	w.put(roleDedup, 0, v)
	w.run(t, Stage(Config{}))
	v, k := w.table(roleVerdict, 0), w.table(RoleKept, 0)
	if !slices.Equal(v.Columns[1].Lists[1], []string{RuleNear}) || v.Columns[2].Numbers[1][0] != 0.97 {
		t.Errorf("verdict %v %v", v.Columns[1].Lists, v.Columns[2].Numbers)
	}
	if k.Rows != 2 || k.Column("cluster").IDs[0] != cluster || w.counts["dropped_alone.dedup.near"] != 1 {
		t.Errorf("kept %d rows, counts %v", k.Rows, w.counts)
	}
}

// TestKindsOfDuplicates: every kind that dedup knows drops under a rule of its own,
// trusted or not.
func TestKindsOfDuplicates(t *testing.T) {
	kinds := []string{"exact", "url", "near", "against"}
	docs := []corpus.Document{document(9, "en", prose(9, 90))}
	v := corpus.NewTable(dedupSchema)
	appendDedup(v, "", docs[0].ID, docs[0].ID, math.NaN())
	for i, kind := range kinds {
		d := document(i, "en", prose(uint64(i), 90))
		d.Trusted = i%2 == 1
		docs = append(docs, d)
		appendDedup(v, kind, corpus.ID{1}, docs[0].ID, 0.5)
	}
	w := newWorld(docs, 1, 1)
	w.put(roleDedup, 0, v)
	w.run(t, Stage(Config{}))
	for i, rule := range DuplicateRules() {
		got := w.table(roleVerdict, 0)
		if rule != "dedup."+kinds[i] || !slices.Equal(got.Columns[1].Lists[i+1], []string{rule}) || got.Columns[2].Numbers[i+1][0] != 0.5 {
			t.Errorf("%s: rules %v", kinds[i], got.Columns[1].Lists[i+1])
		}
	}
	if w.table(RoleKept, 0).Rows != 1 {
		t.Error("a duplicate is kept")
	}
}

// TestPoolOfNewText: what an earlier generation has under the same id is not in
// the pool again; a copy of it elsewhere is.
func TestPoolOfNewText(t *testing.T) {
	w := newWorld(someDocuments(), 2, 1)
	w.run(t, Stage(Config{Keep: 0.3}))
	old, fresh := document(0, "en", prose(0, 60)), document(200, "en", prose(200, 100))
	copied := old
	copied.ID = corpus.ID{1}
	w.grow([]corpus.Document{old, copied, fresh}, 1)
	v := corpus.NewTable(dedupSchema)
	appendDedup(v, "exact", old.ID, old.ID, 1)
	appendDedup(v, "exact", old.ID, old.ID, 1)
	appendDedup(v, "", fresh.ID, fresh.ID, math.NaN())
	w.put(roleDedup, w.first, v)
	w.run(t, Stage(Config{Keep: 0.3}))
	want := int64(len(copied.Text) + len(fresh.Text))
	if n := w.counts["pool_bytes"]; n != want || w.counts["budget_bytes"] != int64(0.3*float64(want)) {
		t.Errorf("the pool is %d bytes, want %d; %v", n, want, w.counts)
	}
}

func TestConfigCheck(t *testing.T) {
	for want, c := range map[string]Config{
		"":             {Langs: []string{"en", "zh"}, Keep: 0.02, Limits: map[string]float64{"gopher.min_words": 5}},
		"no rule":      {Limits: map[string]float64{"gopher.words": 5}},
		"filter.keep":  {Keep: 2},
		"share from 0": {Keep: math.NaN()},
		`has "EN"`:     {Langs: []string{"EN"}},
		`has "cn"`:     {Langs: []string{"en", "cn"}},
		"en eo":        {Langs: []string{""}},
	} {
		err := c.Check()
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || corpus.ClassOf(err) != corpus.BadConfig) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
}

// TestGate: a dataset does not begin with nothing; later a generation of which
// nothing is left goes through, as does a small one.
func TestGate(t *testing.T) {
	junk := make([]corpus.Document, gateDocuments)
	for i := range junk {
		junk[i] = document(i, "en", prose(uint64(i), 5))
	}
	w := newWorld(junk, 1, 1)
	err := w.try(Stage(Config{Keep: 0.5}))
	if corpus.ClassOf(err) != corpus.Refused || !strings.Contains(err.Error(), "100 documents; gopher.min_words drops most of them, 100;") {
		t.Errorf("a first generation of junk: %v", err)
	}
	good := make([]corpus.Document, gateDocuments)
	for i := range good {
		good[i] = document(i, "en", prose(uint64(i), 90))
	}
	if err := newWorld(good, 1, 1).try(Stage(Config{Keep: 1e-9})); err == nil || !strings.Contains(err.Error(), RuleBudget) {
		t.Errorf("no room for any: %v", err)
	}
	newWorld(junk[1:], 1, 1).run(t, Stage(Config{Keep: 0.5}))
	w = newWorld(someDocuments(), 1, 1)
	w.run(t, Stage(Config{Keep: 0.5}))
	w.grow(junk, 2)
	w.run(t, Stage(Config{Keep: 0.5}))
	if w.counts["docs_in"] != gateDocuments || w.counts["docs_out"] != 0 {
		t.Errorf("counts %v", w.counts)
	}
}

func TestRankOrder(t *testing.T) {
	low, high := corpus.ID{1}, corpus.ID{2}
	want := [][]byte{
		rank(nil, "en", 2.5, high), rank(nil, "en", 0.5, low), rank(nil, "en", math.Copysign(0, -1), low),
		rank(nil, "en", 0, high), rank(nil, "en", -0.25, low), rank(nil, "en", -3, low), rank(nil, "zh", 9, low),
	}
	got := slices.Clone(want)
	slices.SortFunc(got, func(a, b []byte) int { return strings.Compare(string(a), string(b)) })
	if !reflect.DeepEqual(got, want) {
		t.Error("ranks are not in order")
	}
	for i, score := range []float64{2.5, 0.5, 0, 0, -0.25, -3, 9} {
		if got := scoreOf(want[i]); got != score {
			t.Errorf("scoreOf = %v, want %v", got, score)
		}
	}
}

// TestClippedIsCounted: a document that goes on behind what a recipe measures is told.
func TestClippedIsCounted(t *testing.T) {
	docs := []corpus.Document{document(0, "en", prose(1, 90)), document(1, "en", strings.Repeat("one more line of it\n", 1<<18+1))}
	w := newWorld(docs, 1, 2)
	w.run(t, Stage(Config{}))
	if n := w.counts["clipped"]; n != 1 {
		t.Errorf("%d documents are clipped, want 1", n)
	}
}
