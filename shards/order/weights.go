package order

import (
	"path"
	"strconv"
	"strings"

	"corpus"
)

// Weight is how many rows of a mix are of one source, for the weights of the
// others. The source is all documents that its name matches and no name before it.
type Weight struct {
	Name string
	Rows int
}

// Weights say how sources are mixed.
type Weights []Weight

// ParseWeights reads a mix such as "wiki=2,crawl=1,*=1"; "" is none.
func ParseWeights(mix string) (Weights, error) {
	if mix == "" {
		return nil, nil
	}
	bad := func(format string, args ...any) error {
		return corpus.Errorf(corpus.Usage, "mix %q: "+format+"; want NAME=WEIGHT,… such as wiki=2,crawl=1", append([]any{mix}, args...)...)
	}
	var w Weights
	seen, sum := map[string]bool{}, 0
	for _, part := range strings.Split(mix, ",") {
		name, number, ok := cutLast(strings.TrimSpace(part), '=')
		n, err := strconv.Atoi(number)
		if _, glob := path.Match(name, ""); !ok || name == "" || glob != nil {
			return nil, bad("%q names no source", part)
		}
		if err != nil || n < 1 || n > maxPattern {
			return nil, bad("the weight of %s is %q, not a number from 1 to %d", name, number, maxPattern)
		}
		if seen[name] {
			return nil, bad("%s is there twice", name)
		}
		seen[name] = true
		w, sum = append(w, Weight{name, n}), sum+n
	}
	w.reduce()
	if sum = w.sum(); sum > maxPattern || len(w) > maxSources {
		return nil, bad("%d sources with weights of %d in all; at most %d and %d are mixed", len(w), sum, maxSources, maxPattern)
	}
	return w, nil
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:]), true
}

// reduce divides the weights by what they have in common.
func (w Weights) reduce() {
	common := 0
	for _, x := range w {
		for a := x.Rows; a > 0; {
			common, a = a, common%a
		}
	}
	for i := range w {
		w[i].Rows /= common
	}
}

func (w Weights) sum() (n int) {
	for _, x := range w {
		n += x.Rows
	}
	return n
}

// String is the form that ParseWeights reads, with the smallest numbers.
func (w Weights) String() string {
	var parts []string
	for _, x := range w {
		parts = append(parts, x.Name+"="+strconv.Itoa(x.Rows))
	}
	return strings.Join(parts, ",")
}

// Of is the number of the weight that a document's source belongs to, or -1. A
// name is a path of globs, as path.Match knows them, and matches the sources that
// begin with it: "wiki" is wiki and wiki/a.jsonl, "*" is everything. What stands
// before "://" is not looked at.
func (w Weights) Of(source string) int {
	source = withoutScheme(source)
	for i, x := range w {
		if begins(source, withoutScheme(x.Name)) {
			return i
		}
	}
	return -1
}

func withoutScheme(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	return strings.Trim(s, "/")
}

func begins(source, name string) bool {
	for {
		n, restName, more := strings.Cut(name, "/")
		s, restSource, deeper := strings.Cut(source, "/")
		if ok, _ := path.Match(n, s); !ok { // names were looked at when they were read
			return false
		}
		if !more {
			return true
		}
		if !deeper {
			return false
		}
		name, source = restName, restSource
	}
}

// slot is one row of a mix's pattern: of which source, and which of its rows in
// this turn of the pattern.
type slot struct {
	source int32
	nth    int32
}

// pattern spreads the rows of each source evenly over a turn: after k rows each
// has had its share of k, to less than one row (Tijdeman, "The chairman assignment
// problem", 1980: of the sources that are behind their share, the one whose next
// row is due first).
func (w Weights) pattern() []slot {
	sum, had := w.sum(), make([]int, len(w))
	slots := make([]slot, sum)
	for k := range slots {
		best := -1
		for i, x := range w {
			behind := x.Rows*(k+1) > had[i]*sum
			if behind && (best < 0 || (had[i]+1)*w[best].Rows < (had[best]+1)*x.Rows) {
				best = i
			}
		}
		slots[k] = slot{int32(best), int32(had[best])}
		had[best]++
	}
	return slots
}
