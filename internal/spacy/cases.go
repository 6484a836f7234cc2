package spacy

import (
	"slices"
	"strings"
)

// cases are a language's special cases: strings whose tokens are given.
type cases struct {
	tokens map[string][]int32 // the lengths in bytes of the tokens
	known  sieve
	// Cases that affixes would break up are looked for among the tokens
	// afterwards: a tree of their tokens.
	phrases *phrase
	longest int // tokens of the longest phrase
	first   sieve
}

// phrase is a beginning of phrases; ends says that one ends here.
type phrase struct {
	next map[string]*phrase
	ends bool
}

// sieve tells most strings that are not in a set at little cost.
type sieve struct {
	bits   [1 << 10]uint64
	length int // of the longest in the set
}

func sieveBit(s string) (word int, bit uint64) {
	n := len(s)
	h := uint32(s[0])*0x9E3779B1 ^ uint32(s[n-1])*0x85EBCA6B ^ uint32(s[n/2])*0xC2B2AE35 ^ uint32(n)*0x27D4EB2F
	h = h * 0x9E3779B1 >> 16
	return int(h >> 6), 1 << (h & 63)
}

func (v *sieve) add(s string) {
	word, bit := sieveBit(s)
	v.bits[word] |= bit
	v.length = max(v.length, len(s))
}

// may says whether s, which is not empty, may be in the set.
func (v *sieve) may(s string) bool {
	if len(s) > v.length {
		return false
	}
	word, bit := sieveBit(s)
	return v.bits[word]&bit != 0
}

func newCases(t *table, lines []string) *cases {
	c := &cases{tokens: map[string][]int32{}, phrases: &phrase{}}
	c.add(t.base)
	for _, line := range lines {
		key, list, _ := strings.Cut(line, "\t")
		switch {
		case list == "":
		case key == "nobase":
			for raw := range strings.SplitSeq(list, "\t") {
				text, _ := parseCase(raw)
				delete(c.tokens, text)
			}
		case key == "case":
			c.add(strings.Split(list, "\t"))
		}
	}
	for text := range c.tokens {
		c.known.add(text)
	}
	return c
}

func (c *cases) add(raw []string) {
	for _, r := range raw {
		text, lengths := parseCase(r)
		c.tokens[text] = lengths
	}
}

// parseCase reads one special case of rules.gz.
func parseCase(raw string) (text string, lengths []int32) {
	raw = strings.NewReplacer("\x01", "\t", "\x02", "\n").Replace(raw)
	for token := range strings.SplitSeq(raw, "\x00") {
		text += token
		lengths = append(lengths, int32(len(token)))
	}
	return text, lengths
}

// find is the tokens of s where it is a special case.
func (c *cases) find(s string) ([]int32, bool) {
	if !c.known.may(s) {
		return nil, false
	}
	lengths, ok := c.tokens[s]
	return lengths, ok
}

// learn makes phrases of the cases in which r finds an affix, or with a space.
func (c *cases) learn(r *rules) {
	t := newTokenizer(r)
	for text := range c.tokens {
		if !t.affixed(text) && !strings.Contains(text, " ") {
			continue
		}
		at, n := c.phrases, 0
		for _, tok := range t.literally(text) {
			at = at.child(text[tok.start:tok.end])
			n++
		}
		at.ends = true
		c.longest = max(c.longest, n)
	}
	for text := range c.phrases.next {
		c.first.add(text)
	}
}

func (p *phrase) child(token string) *phrase {
	if p.next == nil {
		p.next = map[string]*phrase{}
	}
	if p.next[token] == nil {
		p.next[token] = &phrase{}
	}
	return p.next[token]
}

// found is a phrase among tokens: [start, end).
type found struct{ start, end int }

// at adds to dst the phrases that begin with token i.
func (c *cases) at(dst []found, text string, tokens []token, i int) []found {
	first := text[tokens[i].start:tokens[i].end]
	if !c.first.may(first) {
		return dst
	}
	p := c.phrases.next[first]
	for j := i + 1; p != nil; j++ {
		if p.ends {
			dst = append(dst, found{i, j})
		}
		if j == len(tokens) {
			break
		}
		p = p.next[text[tokens[j].start:tokens[j].end]]
	}
	return dst
}

// keep chooses among phrases that overlap as spaCy does: the longer, then the
// earlier; one whose first or last token any longer one has, chosen or not,
// is dropped. What it keeps is in order.
func keep(all []found, taken map[int]bool) []found {
	slices.SortFunc(all, func(a, b found) int {
		if d := (b.end - b.start) - (a.end - a.start); d != 0 {
			return d
		}
		return a.start - b.start
	})
	clear(taken)
	kept := all[:0]
	for _, f := range all {
		free := !taken[f.start] && !taken[f.end-1]
		for i := f.start; i < f.end; i++ {
			taken[i] = true
		}
		if free {
			kept = append(kept, f)
		}
	}
	slices.SortFunc(kept, func(a, b found) int { return a.start - b.start })
	return kept
}
