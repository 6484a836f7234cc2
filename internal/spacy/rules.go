package spacy

import (
	"strings"
)

// kind is what a byte of text is when it is looked for the end of a chunk.
type kind uint8

const (
	plain  kind = iota // no rule can match a string of such characters alone
	odd                // any other
	blank              // white space
	beyond             // a byte of a longer character
)

// rules are a language's, ready to run; goroutines share them.
type rules struct {
	*classes
	prefix, free, suffix, infix, token *program
	cases                              *cases
	kinds                              [256]kind // by class
	bytes                              [256]kind // by byte
	punct, symbol, stop, digit         classSet
	word, lower                        classSet
}

// get makes the rules of a language once.
func (s *section) get() *rules {
	s.once.Do(func() { s.rules = newRules(theTable(), s.lines) })
	return s.rules
}

func newRules(t *table, lines []string) *rules {
	trees := map[string][]*node{}
	var used []int
	seen := map[int]bool{}
	use := func(set int) {
		if !seen[set] {
			seen[set] = true
			used = append(used, set)
		}
	}
	for _, name := range []string{"space", "punct", "symbol", "stop", "digit", "word", "lower", "letter"} {
		use(t.named[name])
	}
	for _, line := range lines {
		key, value, ok := strings.Cut(line, " ")
		if ok && !strings.Contains(key, "\t") {
			n := parseTree(value)
			n.each(use)
			trees[key] = append(trees[key], n)
		}
	}
	r := &rules{classes: newClasses(t.sets, used)}
	r.name(t)
	r.compile(trees)
	r.setKinds(t, trees)
	r.cases = newCases(t, lines)
	r.cases.learn(r)
	return r
}

// name gives the sets that the code asks for.
func (r *rules) name(t *table) {
	set := func(name string) classSet { return r.sets[t.named[name]] }
	r.punct, r.symbol, r.stop = set("punct"), set("symbol"), set("stop")
	r.digit, r.word, r.lower = set("digit"), set("word"), set("lower")
}

func (r *rules) compile(trees map[string][]*node) {
	program := func(kind string, back bool) *program {
		if len(trees[kind]) == 0 {
			return nil
		}
		return newProgram(trees[kind], r.sets, back)
	}
	r.prefix, r.free = program("prefix", false), program("free", false)
	r.infix, r.token = program("infix", false), program("token", false)
	r.suffix = program("suffix", true)
}

// setKinds finds the plain characters: letters and marks, less the fewest that
// keep some alternative from matching where there is nothing else.
func (r *rules) setKinds(t *table, trees map[string][]*node) {
	may := r.sets[t.named["letter"]]
	for _, key := range []string{"prefix", "free", "suffix", "infix"} {
		for _, n := range trees[key] {
			for n.possible(r.sets, may) {
				may = may.without(r.smallest(n, may))
			}
		}
	}
	space := r.sets[t.named["space"]]
	for c := range r.kinds {
		switch {
		case space.has(uint8(c)):
			r.kinds[c] = blank
		case !may.has(uint8(c)):
			r.kinds[c] = odd
		}
	}
	for b := range r.bytes {
		r.bytes[b] = beyond
		if b < 0x80 {
			r.bytes[b] = r.kinds[r.bmp[b]]
		}
	}
}

// smallest is the set of n with the fewest characters of may without which n is
// not possible, or all of may.
func (r *rules) smallest(n *node, may classSet) classSet {
	best, size := may, r.size(may)
	n.each(func(set int) {
		s := r.sets[set]
		both := may.without(may.without(s))
		if k := r.size(both); k > 0 && k < size && !n.possible(r.sets, may.without(s)) {
			best, size = both, k
		}
	})
	return best
}

// size is how many characters the classes of s hold.
func (r *rules) size(s classSet) int {
	n := 0
	for c, w := range r.width {
		if s.has(uint8(c)) {
			n += w
		}
	}
	return n
}
