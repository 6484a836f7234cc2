package normal

import "unicode/utf8"

// Cluster classes: how a rune behaves at the boundaries of extended grapheme
// clusters (Unicode Standard Annex 29, of Unicode 17.0). Regional indicators
// are no class of their own: a cluster with two of them is too long to be
// looked up whole, and a pair broken in two is looked up as its runes either way.
const (
	clusterOther = iota
	clusterCR
	clusterLF
	clusterControl
	clusterExtend         // Extend alone
	clusterConjunctExtend // and Indic_Conjunct_Break=Extend
	clusterLinker         // and Indic_Conjunct_Break=Linker
	clusterZWJ
	clusterSpacingMark
	clusterPrepend
	clusterL
	clusterV
	clusterT
	clusterLV
	clusterLVT
	clusterPictographic
	clusterConsonant
)

var clusterNames = [...]string{
	"Other", "CR", "LF", "Control", "Extend", "ConjunctExtend", "Linker", "ZWJ",
	"SpacingMark", "Prepend", "L", "V", "T", "LV", "LVT", "Pictographic", "Consonant",
}

// singles marks the runes that go on with a cluster only by what is not one.
func (s *source) singles() {
	for r, flags := range s.flags {
		switch flags >> clusterShift {
		case clusterOther, clusterPictographic, clusterConsonant, clusterLV, clusterLVT:
			s.flags[r] |= single
		}
	}
}

// clusters finds the ends of clusters in one direction.
type clusters struct {
	last      uint32 // the class before
	picture   bool   // the cluster ends with a pictograph and Extend, perhaps ZWJ
	consonant bool   // the cluster ends with a consonant and conjoining marks
	linked    bool   // a linker among them
}

// joins takes in the next class and says whether it goes on in the same cluster.
func (c *clusters) joins(class uint32) bool {
	joined := c.rule(class)
	switch class {
	case clusterConsonant:
		c.consonant, c.linked = true, false
	case clusterLinker:
		c.linked = c.consonant
	case clusterConjunctExtend, clusterZWJ:
	default:
		c.consonant, c.linked = false, false
	}
	switch class {
	case clusterPictographic:
		c.picture = true
	case clusterExtend, clusterConjunctExtend, clusterLinker:
		c.picture = c.picture && c.last != clusterZWJ
	case clusterZWJ:
		c.picture = c.picture && c.last != clusterZWJ
	default:
		c.picture = false
	}
	c.last = class
	return joined
}

// rule applies GB3 to GB11, in order.
func (c *clusters) rule(class uint32) bool {
	switch {
	case c.last == clusterCR:
		return class == clusterLF
	case isControl(c.last) || isControl(class):
		return false
	case c.last == clusterL:
		if class == clusterL || class == clusterV || class == clusterLV || class == clusterLVT {
			return true
		}
	case c.last == clusterV || c.last == clusterLV:
		if class == clusterV || class == clusterT {
			return true
		}
	case c.last == clusterT || c.last == clusterLVT:
		if class == clusterT {
			return true
		}
	}
	switch class {
	case clusterExtend, clusterConjunctExtend, clusterLinker, clusterZWJ, clusterSpacingMark:
		return true
	case clusterConsonant:
		return c.last == clusterPrepend || c.consonant && c.linked
	case clusterPictographic:
		return c.last == clusterPrepend || c.picture && c.last == clusterZWJ
	}
	return c.last == clusterPrepend
}

func isControl(class uint32) bool {
	return class == clusterCR || class == clusterLF || class == clusterControl
}

// cluster is the length of the first extended grapheme cluster of text, which
// is not empty.
func (t *table) cluster(text string) int {
	r, i := utf8.DecodeRuneInString(text)
	class := t.of(r) >> clusterShift
	c := clusters{last: clusterControl}
	c.joins(class)
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !c.joins(t.of(r) >> clusterShift) {
			return i
		}
		i += n
	}
	return i
}
