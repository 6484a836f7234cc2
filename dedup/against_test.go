package dedup

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"corpus"
	"corpus/dedup/against"
)

// question is an example of 18 words, spelled is the same in another way.
const (
	question = "Which of the planets that go around the sun was the last that people found with their telescopes?"
	spelled  = "WHICH of the planéts that go -- around the sun was the last that people found, with their telescopes"
	brief    = "the colour of a clear sky at noon"
)

// evalSets are two sets in files.
func evalSets(t testing.TB, words int) *against.Sets {
	t.Helper()
	dir := t.TempDir()
	quiz, facts := filepath.Join(dir, "quiz.jsonl"), filepath.Join(dir, "facts.txt")
	for name, content := range map[string]string{
		quiz:  fmt.Sprintf(`{"question":%q,"answer":"Neptune"}`+"\n"+`{"question":"Why?"}`+"\n", question),
		facts: brief + "\n\n" + question + "\n\nnobody ever wrote these words in this order down before today or after it\n",
	} {
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	sets, err := LoadAgainst([]string{quiz, facts}, words, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return sets
}

// filler is a text of its own of some words.
func filler(n int) string { return spell(1e12 + 7919*n) }

func kinds(all []judged) (kinds []string) {
	for _, v := range all {
		kinds = append(kinds, v.kind)
	}
	return kinds
}

// TestAgainst: documents that have an n-gram of a set are dropped with its example,
// duplicates among them too, and counted by set; generations go on where others end.
func TestAgainst(t *testing.T) {
	sets := evalSets(t, 0)
	c := Config{Against: Against{Sets: sets}}
	ds := newDataset()
	hit := filler(1) + " " + spelled + " " + filler(2)
	ds.grow([]string{filler(3), hit, filler(4) + " Which of the planets that go around the sun was the " + filler(5)},
		[]string{hit, "here is " + strings.ToUpper(brief) + "!", filler(6)})
	if err := ds.run(t, Stage(c, 100), 2); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(kinds(ds.verdicts(0)), kinds(ds.verdicts(1))); got != "[ against ] [against against ]" {
		t.Errorf("kinds %s", got)
	}
	first := sets.First(0)
	sets.Examples(0, func(_ int, e against.Example) { first = e })
	v := ds.tables[key(Verdict, 0)][0]
	overlap := ds.tables[key(Overlap, 0)][0]
	if set, line := overlap.Columns[0].Strings[1], overlap.Columns[1].Ints[1]; set != "quiz" || line != 1 {
		t.Errorf("the example is %s:%d, %v", set, line, first)
	}
	if got := hit[overlap.Columns[3].Ints[1]:overlap.Columns[4].Ints[1]]; got != "WHICH of the planéts that go -- around the sun was the last that" {
		t.Errorf("the n-gram is %q", got)
	}
	share := 18.0 / float64(18+len(strings.Fields(filler(1)+" "+filler(2))))
	if v.Column("match").IDs[1] != overlap.Columns[2].IDs[1] || math.Abs(v.Column("similarity").Floats[1]-share) > 1e-9 || v.Column("weight").Ints[1] != 0 {
		t.Errorf("match %v, similarity %v, want %v", v.Column("match").IDs[1], v.Column("similarity").Floats[1], share)
	}
	for name, want := range map[string]int64{
		"dropped.against": 3, "dropped.exact": 0, "docs_out": 3,
		"against.quiz.docs": 2, "against.quiz.examples": 1, "against.quiz.of": 2, "against.quiz.short": 1,
		"against.facts.docs": 3, "against.facts.examples": 2, "against.facts.of": 3, "against.facts.short": 0,
	} {
		if ds.counts[name] != want {
			t.Errorf("%s is %d, want %d", name, ds.counts[name], want)
		}
	}
	ds.grow([]string{hit, filler(9), "Nobody ever wrote these words in this order down before today or after it."})
	if err := ds.run(t, Stage(c, 100), 1); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(kinds(ds.verdicts(2))); got != "[against  against]" {
		t.Errorf("later kinds %s", got)
	}
	for name, want := range map[string]int64{"against.quiz.docs": 1, "against.quiz.examples": 0, "against.quiz.of": 0, "against.facts.examples": 1, "against.facts.docs": 2} {
		if ds.counts[name] != want {
			t.Errorf("later %s is %d, want %d", name, ds.counts[name], want)
		}
	}
}

// TestAgainstShare: with a share a single n-gram in a long text is not enough.
func TestAgainstShare(t *testing.T) {
	c := Config{Against: Against{Sets: evalSets(t, 0), Share: 0.5}}
	ds := newDataset()
	ds.grow([]string{question, question + " " + filler(1), strings.Repeat(filler(2)+" ", 3) + question})
	if err := ds.run(t, Stage(c, 100), 1); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(kinds(ds.verdicts(0))); got != "[against  ]" {
		t.Errorf("kinds %s", got)
	}
	shares := ds.tables[key(Overlap, 0)][0].Columns[5].Floats
	if shares[0] != 1 || !(shares[2] > 0 && shares[2] < 0.5) {
		t.Errorf("shares %v", shares)
	}
}

// TestAgainstCommon: what more documents have than allowed, duplicates aside and
// earlier generations among them, is a common phrase.
func TestAgainstCommon(t *testing.T) {
	c := Config{Against: Against{Sets: evalSets(t, 0), Common: 3}}
	ds := newDataset()
	run := func(texts ...string) string {
		ds.grow(texts)
		if err := ds.run(t, Stage(c, 100), 1); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(kinds(ds.verdicts(ds.first)))
	}
	text := func(n int) string { return filler(n) + " " + question + " " + filler(n+100) }
	if got := run(text(1), text(1), text(1), text(1), text(2)); got != "[against against against against against]" {
		t.Errorf("first %s", got)
	}
	if got := run(text(3), brief+" "+filler(7)); got != "[against against]" {
		t.Errorf("then %s", got)
	}
	if got := run(text(4), brief+" "+filler(8)); got != "[ against]" || ds.counts["against.common"] == 0 {
		t.Errorf("last %s, %v", got, ds.counts)
	}
}

// TestAgainstWorkers: neither workers nor the cut of batches make a difference.
func TestAgainstWorkers(t *testing.T) {
	c := Config{Against: Against{Sets: evalSets(t, 9), Common: 20}, Lines: Lines{Cut: LinesBoth}}
	var want map[string][]*corpus.Table
	for _, workers := range []int{1, 4} {
		ds := newDataset()
		for g := range 2 {
			var parts [][]string
			for p := range 4 {
				var texts []string
				for i := range 20 {
					text := filler(100*g + 20*p + i)
					if i%3 == 0 {
						text += "\n" + question[:20+3*i]
					}
					texts = append(texts, text+"\n"+brief)
				}
				parts = append(parts, texts)
			}
			ds.grow(parts...)
			if err := ds.run(t, Stage(c, 1000), workers); err != nil {
				t.Fatal(err)
			}
		}
		if want == nil {
			want = ds.tables
		} else if !reflect.DeepEqual(fmt.Sprint(flat(ds.tables)), fmt.Sprint(flat(want))) {
			t.Error("workers make a difference")
		}
	}
}

// flat is the content of tables.
func flat(tables map[string][]*corpus.Table) map[string][]corpus.Table {
	all := map[string][]corpus.Table{}
	for k, of := range tables {
		for _, t := range of {
			all[k] = append(all[k], *t)
		}
	}
	return all
}

func TestAgainstCheck(t *testing.T) {
	for want, a := range map[string]Against{"": {Share: 1, Common: 10}, "against_share": {Share: 1.5}, "against_common": {Common: -1}} {
		err := Config{Against: a}.Check()
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || corpus.ClassOf(err) != corpus.BadConfig) {
			t.Errorf("%+v: %v", a, err)
		}
	}
}
