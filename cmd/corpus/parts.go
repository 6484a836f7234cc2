package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"corpus"
	"corpus/internal/domain"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/shards/order"
	"corpus/trainer"
)

// maxParts is how many sources, or languages, have a loss of their own: those with
// the most tokens held out.
const maxParts = 12

// heldParts sets the parts of what is held out, whose losses are told apart: by
// language, and by the names of the mix, else by the first element of the source's
// path.
func heldParts(data *trainer.Data, m *corpus.Manifest, held *shards.Stream, mix string) error {
	data.ValidBytes = m.Counts()["valid.bytes"]
	weights, err := order.ParseWeights(mix)
	if err != nil {
		return err
	}
	sources, err := held.By(func(source, _ string) string {
		if weights == nil {
			return domain.Of("", source)
		}
		if i := weights.Of(source); i >= 0 {
			return weights[i].Name
		}
		return ""
	})
	if err != nil {
		return err
	}
	languages, err := held.By(func(_, lang string) string { return lang })
	data.Sources, data.Languages = byTokens(sources), byTokens(languages)
	return err
}

// byTokens lists the parts with the most tokens, by name.
func byTokens(parts map[string]*shards.Stream) (all []trainer.Source) {
	names := slices.SortedFunc(maps.Keys(parts), func(a, b string) int {
		return cmp.Or(cmp.Compare(parts[b].Len(), parts[a].Len()), cmp.Compare(a, b))
	})
	names = names[:min(maxParts, len(names))]
	slices.Sort(names)
	for _, name := range names {
		all = append(all, trainer.Source{Name: name, Weight: 1, Tokens: parts[name]})
	}
	return all
}

// manyParts is more losses than fit on a line; metrics.jsonl has them all.
const manyParts = 4

// partLosses lists the losses of parts by name; of many the lowest and the highest.
func partLosses(parts string, of map[string]float64) (s string) {
	names := slices.Sorted(maps.Keys(of))
	if n := len(names); n >= manyParts {
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(of[a], of[b]) })
		low, high := names[0], names[n-1]
		return fmt.Sprintf("; %d %s from %.3f (%s) to %.3f (%s)", n, parts, of[low], term.Clean(low), of[high], term.Clean(high))
	}
	for _, name := range names {
		s += fmt.Sprintf(", %s %.3f", term.Clean(name), of[name])
	}
	return s
}
