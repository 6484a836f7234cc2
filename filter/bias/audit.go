package bias

import (
	"maps"
	"math"
	"slices"

	"corpus/filter/linear"
)

// Outcome is how a score treats the sentences that name a group (Borkan et al.
// 2019, arXiv 1903.04561, section 3): the areas under the ROC curve are of the
// group's sentences alone; of its harmless ones against the toxic ones of all
// others (low: the group's harmless sentences score too high); and of its toxic
// ones against the harmless ones of all others (low: insults of the group score
// too low). What has no sentence of one kind is NaN.
type Outcome struct {
	Group             string
	Sentences         int
	FalsePositiveRate float64 // of its harmless sentences, over the limit
	Recall            float64 // of its toxic ones, over the limit
	Subgroup          float64 // AUC
	BPSN, BNSP        float64 // AUC
}

// Report is an audit: all sentences together, and every group by name. A
// sentence that names several groups counts once in all.
type Report struct {
	All    Outcome
	Groups []Outcome
	Gap    float64 // between the largest and the least rate of false positives
}

// Audit scores sentences; those over the limit are toxic to the score.
func Audit(sentences []Sentence, score func(text string) float64, limit float64) Report {
	items := merge(sentences, score)
	all, names := new(sides), map[string]bool{}
	for _, i := range items {
		all.add(i)
		for _, g := range i.groups {
			names[g] = true
		}
	}
	r := Report{All: Outcome{
		Sentences: len(items), FalsePositiveRate: over(all.harmless, limit), Recall: over(all.toxic, limit),
		Subgroup: linear.AUC(all.toxic, all.harmless), BPSN: math.NaN(), BNSP: math.NaN(),
	}}
	least, most := math.Inf(1), math.Inf(-1)
	for _, g := range slices.Sorted(maps.Keys(names)) {
		o := outcome(g, items, limit)
		r.Groups = append(r.Groups, o)
		if !math.IsNaN(o.FalsePositiveRate) {
			least, most = min(least, o.FalsePositiveRate), max(most, o.FalsePositiveRate)
		}
	}
	r.Gap = max(0, most-least)
	return r
}

// item is a sentence with all the groups that it names.
type item struct {
	groups []string
	toxic  bool
	score  float64
}

// merge makes one item of sentences of one text.
func merge(sentences []Sentence, score func(text string) float64) (items []*item) {
	known := map[string]*item{}
	for _, s := range sentences {
		i := known[s.Text]
		if i == nil {
			i = &item{toxic: s.Toxic, score: score(s.Text)}
			known[s.Text] = i
			items = append(items, i)
		}
		if s.Group != "" {
			i.groups = append(i.groups, s.Group)
		}
	}
	return items
}

// sides are the scores of toxic and of harmless sentences.
type sides struct{ toxic, harmless []float64 }

func (s *sides) add(i *item) {
	if i.toxic {
		s.toxic = append(s.toxic, i.score)
	} else {
		s.harmless = append(s.harmless, i.score)
	}
}

// outcome holds the sentences that name a group against those that do not.
func outcome(group string, items []*item, limit float64) Outcome {
	var in, background sides
	for _, i := range items {
		if slices.Contains(i.groups, group) {
			in.add(i)
		} else {
			background.add(i)
		}
	}
	return Outcome{
		Group: group, Sentences: len(in.toxic) + len(in.harmless),
		FalsePositiveRate: over(in.harmless, limit), Recall: over(in.toxic, limit),
		Subgroup: linear.AUC(in.toxic, in.harmless), BPSN: linear.AUC(background.toxic, in.harmless), BNSP: linear.AUC(in.toxic, background.harmless),
	}
}

// over is the share of scores over the limit; NaN of none.
func over(scores []float64, limit float64) float64 {
	n := 0
	for _, s := range scores {
		if s > limit {
			n++
		}
	}
	return float64(n) / float64(len(scores))
}
