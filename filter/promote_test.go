package filter

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"corpus"
)

// member is a document of a cluster, as dedup has it.
type member struct {
	corpus.Document
	kind    string // dedup's
	cluster corpus.ID
	match   corpus.ID // zero: the cluster's survivor
}

// growClusters starts a generation with dedup's verdicts on it.
func (w *world) growClusters(members []member, parts int) {
	docs := make([]corpus.Document, len(members))
	for i, m := range members {
		docs[i] = m.Document
	}
	w.grow(docs, parts)
	for p := range parts {
		v := corpus.NewTable(dedupSchema)
		for _, m := range members[len(docs)*p/parts : len(docs)*(p+1)/parts] {
			if m.match == (corpus.ID{}) {
				m.match = m.cluster
			}
			appendDedup(v, m.kind, m.match, m.cluster, 0.9)
		}
		w.put(roleDedup, w.first+p, v)
	}
}

// decided are the rules that each document of the generation fails, and whether
// it is promoted.
func (w *world) decided() (rules [][]string, promoted []bool) {
	for p := range w.parts {
		c := w.table(roleVerdict, w.first+p).Columns
		rules = append(rules, c[1].Lists...)
		for _, n := range c[4].Ints {
			promoted = append(promoted, n == 1)
		}
	}
	return rules, promoted
}

// good passes every rule, bad is too short for one.
func good(i int) corpus.Document { return document(i, "en", prose(uint64(i), 60+i%40)) }
func bad(i int) corpus.Document  { return document(i, "en", prose(uint64(i), 30)) }

// TestPromotion: where a survivor fails a rule, the first member that passes stands
// in its place, whatever kind of copy it is; one that an evaluation set has never.
func TestPromotion(t *testing.T) {
	a, b, c, again := bad(0).ID, good(1).ID, bad(2).ID, bad(3).ID
	w := newWorld(nil, 0, 2)
	w.growClusters([]member{
		{bad(0), "", a, a},
		{bad(10), "near", a, a},
		{good(11), "against", a, a},
		{good(12), "exact", a, a},
		{good(13), "near", a, a},
		{good(1), "", b, b},
		{good(14), "near", b, b},
		{bad(2), "", c, c},
		{bad(15), "near", c, c},
		{bad(3), "", again, again},
		{good(16), "exact", again, good(16).ID},
		{good(4), "", good(4).ID, good(4).ID},
	}, 3)
	w.run(t, Stage(Config{}))
	rules, promoted := w.decided()
	for i, want := range []string{
		"", "", "[dedup.against]", "[]", "[dedup.near]", "[]", "[dedup.near]", "", "", "", "[dedup.exact]", "[]",
	} {
		if got := fmt.Sprint(rules[i]); want != "" && want != got || promoted[i] != (i == 3) {
			t.Errorf("document %d fails %s, promoted %v; want %s", i, got, promoted[i], want)
		}
	}
	if n := w.counts; n["promoted.docs"] != 1 || n["promoted.docs_out"] != 1 || n["promoted.bytes"] != int64(len(good(12).Text)) || n["docs_out"] != 3 {
		t.Errorf("counts %v", n)
	}
	for p := range w.parts { // it is kept in the survivor's cluster
		k := w.table(RoleKept, w.first+p)
		for i := range k.Rows {
			if d := k.Document(i); d.ID == good(12).ID && k.Column("cluster").IDs[i] != a {
				t.Errorf("cluster %s, want %s", k.Column("cluster").IDs[i], a)
			}
		}
	}
}

// TestSparedStandsForItself: what dedup.verify spares is in another's cluster, but
// stands neither for it nor against it; its copies have it as their survivor.
func TestSparedStandsForItself(t *testing.T) {
	for _, c := range []Config{{}, {BestCopy: true}} {
		a, spared := bad(0).ID, good(1).ID
		w := newWorld(nil, 0, 1)
		w.growClusters([]member{
			{bad(0), "", a, a},
			{good(1), "", a, spared},
			{good(12), "near", a, a},
			{good(13), "near", a, a},
		}, 1)
		w.run(t, Stage(c))
		rules, promoted := w.decided()
		if len(rules[1]) != 0 || promoted[1] {
			t.Errorf("spared: fails %v, promoted %v", rules[1], promoted[1])
		}
		if promoted[2] == promoted[3] || w.counts["promoted.docs"] != 1 {
			t.Errorf("of the cluster promoted are %v, counts %v", promoted, w.counts)
		}
	}
}

// TestBudgetPromotesNothing: the survivor that the budget has no room for still stands.
func TestBudgetPromotesNothing(t *testing.T) {
	a := good(0).ID
	w := newWorld(nil, 0, 1)
	w.growClusters([]member{{good(0), "", a, a}, {good(1), "near", a, a}}, 1)
	w.run(t, Stage(Config{Keep: 1e-6}))
	rules, _ := w.decided()
	if fmt.Sprint(rules) != "[[keep.budget] [dedup.near]]" {
		t.Errorf("rules %v", rules)
	}
}

// TestBestCopy: of the members that pass the one with the best score stands.
func TestBestCopy(t *testing.T) {
	a, b := good(0).ID, bad(1).ID
	trusted := good(6)
	trusted.Trusted = true
	c := good(5).ID
	w := newWorld(nil, 0, 1)
	w.growClusters([]member{
		{good(0), "", a, a},
		{good(2), "near", a, a},
		{bad(3), "near", a, a},
		{good(4), "near", a, a},
		{bad(1), "", b, b},
		{good(7), "near", b, b},
		{good(8), "url", b, b},
		{good(5), "", c, c},
		{good(9), "near", c, c},
		{trusted, "near", c, c},
	}, 2)
	w.run(t, Stage(Config{BestCopy: true}))
	var scores []float64
	for p := range w.parts {
		scores = append(scores, w.table(roleDSIR, w.first+p).Columns[0].Floats...)
	}
	rules, promoted := w.decided()
	best := func(of ...int) int {
		return slices.MaxFunc(of, func(i, k int) int { return int(math.Copysign(1, scores[i]-scores[k])) })
	}
	for _, stands := range []int{best(0, 1, 3), best(5, 6), 9} {
		if len(rules[stands]) > 0 {
			t.Errorf("document %d fails %v", stands, rules[stands])
		}
	}
	n := 0
	for i := range rules {
		if len(rules[i]) == 0 {
			n++
		}
		if promoted[i] != (len(rules[i]) == 0 && i != 0) {
			t.Errorf("document %d is promoted: %v", i, promoted[i])
		}
	}
	if n != 3 {
		t.Errorf("%d documents stand, want one a cluster", n)
	}
	if got := fmt.Sprint(rules[7]); got != "[dedup.better_copy]" {
		t.Errorf("the survivor with a trusted copy fails %s", got)
	}
}

// cluster is what a plain account of promotion knows of one.
type cluster struct {
	survivor corpus.ID
	stands   bool
}

// TestPromotionOverGenerations holds random clusters that grow night by night
// against a plain account of the rule, on several workers and batches.
func TestPromotionOverGenerations(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		var clusters []*cluster
		a, b := newWorld(nil, 0, 1), newWorld(nil, 0, 3)
		b.batch = 7
		promotions := 0
		for night := range 4 {
			members, want := someMembers(r, &clusters, 1000*int(seed)+100*night)
			for _, w := range []*world{a, b} {
				w.growClusters(members, 2)
				w.run(t, Stage(Config{Limits: noStopWords}))
			}
			if !maps.Equal(a.counts, b.counts) {
				t.Errorf("counts differ: %v, %v", a.counts, b.counts)
			}
			_, got := a.decided()
			if _, other := b.decided(); !slices.Equal(got, want) || !slices.Equal(got, other) {
				t.Errorf("seed %d night %d: promoted %v and %v, want %v", seed, night, got, other, want)
			}
			promotions += int(a.counts["promoted.docs"])
		}
		if promotions == 0 {
			t.Errorf("seed %d promotes nothing", seed)
		}
	}
}

// someMembers are the documents of a night, of new clusters and old ones, and
// which of them are to be promoted.
func someMembers(r *rand.Rand, clusters *[]*cluster, from int) (members []member, promoted []bool) {
	for i := range 60 {
		passes := r.IntN(2) == 0
		d := bad(from + i)
		if passes {
			d = good(from + i)
		}
		if r.IntN(4) == 0 {
			*clusters = append(*clusters, &cluster{d.ID, passes})
			members, promoted = append(members, member{d, "", d.ID, d.ID}), append(promoted, false)
			continue
		}
		if len(*clusters) == 0 {
			continue
		}
		c := (*clusters)[r.IntN(len(*clusters))]
		kind := []string{"near", "near", "exact", "url", "against"}[r.IntN(5)]
		first := passes && !c.stands && kind != "against"
		c.stands = c.stands || first
		members, promoted = append(members, member{d, kind, c.survivor, c.survivor}), append(promoted, first)
	}
	return members, promoted
}

// TestWhatIfPromotes: the trial of another limit promotes what the stage would.
func TestWhatIfPromotes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var clusters []*cluster
	members, _ := someMembers(r, &clusters, 0)
	strict, _ := Trial(Config{Limits: map[string]float64{"gopher.min_words": 75, "gopher.stop_words": 0}})
	w, trial := newWorld(nil, 0, 1), newWorld(nil, 0, 1)
	w.growClusters(members, 2)
	trial.growClusters(members, 2)
	w.run(t, Stage(Config{Limits: map[string]float64{"gopher.min_words": 75, "gopher.stop_words": 0}}))
	trial.run(t, strict)
	if !maps.Equal(w.counts, trial.counts) || w.counts["promoted.docs"] == 0 {
		t.Errorf("counts %v, of the trial %v", w.counts, trial.counts)
	}
}

// TestIDFilter: what was added is there, of the rest only a little.
func TestIDFilter(t *testing.T) {
	f, wrong := newIDFilter(), 0
	for i := range 20_000 {
		f.add(corpus.NewID("in", int64(i), nil))
	}
	for i := range 20_000 {
		if !f.has(corpus.NewID("in", int64(i), nil)) {
			t.Fatal("an id is not there")
		}
		if f.has(corpus.NewID("out", int64(i), nil)) {
			wrong++
		}
	}
	if wrong > 40 {
		t.Errorf("%d of 20,000 ids pass", wrong)
	}
}

// TestScoreOrder: the order of scores and back.
func TestScoreOrder(t *testing.T) {
	scores := []float64{math.MaxFloat64, 3.5, 1e-300, 0, -1e-300, -2, -math.MaxFloat64}
	for i, s := range scores {
		if ascending(descending(s)) != s || i > 0 && descending(scores[i-1]) >= descending(s) {
			t.Errorf("%v is out of order", s)
		}
	}
}

// TestRehydrate: what is kept says how often it is to be learnt from: dedup's weight,
// and of what is promoted that of its cluster's size; the budget counts it once.
func TestRehydrate(t *testing.T) {
	a, b := bad(0).ID, good(1).ID
	members := []member{{bad(0), "", a, a}, {good(2), "near", a, a}, {good(1), "", b, b}}
	for _, rehydrate := range []bool{false, true} {
		w := newWorld(nil, 0, 1)
		w.growClusters(members, 1)
		w.run(t, Stage(Config{Rehydrate: rehydrate, Weight: func(size int64) int64 { return 10 * size }, Augment: augmentGender}))
		want, more := []int64{1, 1}, int64(0)
		if rehydrate {
			want, more = []int64{20, 2}, 20
		}
		if k := w.table(RoleKept, 0); !slices.Equal(k.Column("repeat").Ints, want) {
			t.Errorf("rehydrate %v: repeat %v, want %v", rehydrate, k.Column("repeat").Ints, want)
		}
		text := int64(len(good(1).Text) + len(good(2).Text))
		if n := w.counts; n["rehydrated.docs"] != more || n["bytes_out"] != text || n["docs_out"] != 2 ||
			n["rehydrated.bytes"] != more/20*int64(19*len(good(2).Text)+len(good(1).Text)) {
			t.Errorf("rehydrate %v: counts %v", rehydrate, n)
		}
	}
	if err := (Config{Rehydrate: true}).Check(); err == nil {
		t.Error("there are no weights")
	}
}
