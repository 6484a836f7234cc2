package spacy

import "strings"

// node is an expression: one set, or a combination of expressions.
type node struct {
	kind     byte // one of the tokens of rules.gz: ( [ * a A b B ^ $, or s for a set
	set      int
	min, max int // of *; max < 0 is unbounded
	kids     []*node
}

// parseTree reads one expression of the embedded table.
func parseTree(text string) *node {
	n, _ := parseNode(strings.Fields(text))
	return n
}

func parseNode(tokens []string) (n *node, rest []string) {
	head, rest := tokens[0], tokens[1:]
	n = &node{kind: head[0]}
	switch n.kind {
	case '^', '$':
	case '(', '[':
		for rest[0] != ")" && rest[0] != "]" {
			var kid *node
			kid, rest = parseNode(rest)
			n.kids = append(n.kids, kid)
		}
		rest = rest[1:]
	case '*', 'a', 'A', 'b', 'B':
		if n.kind == '*' {
			n.min, n.max = bounds(head[1:])
		}
		n.kids = make([]*node, 1)
		n.kids[0], rest = parseNode(rest)
	default:
		n.kind, n.set = 's', number(head, 10)
	}
	return n, rest
}

// bounds reads MIN,MAX of a repeat, MAX empty where there is none.
func bounds(s string) (low, high int) {
	a, b, _ := strings.Cut(s, ",")
	if b == "" {
		return number(a, 10), -1
	}
	return number(a, 10), number(b, 10)
}

// each calls f for every set of n.
func (n *node) each(f func(set int)) {
	if n.kind == 's' {
		f(n.set)
	}
	for _, k := range n.kids {
		k.each(f)
	}
}

// possible says whether n may match where only classes of may occur, or null if
// it may match the empty string; looks count as what they look at.
func (n *node) possible(sets []classSet, may classSet) bool {
	switch n.kind {
	case 's':
		return sets[n.set].meets(may)
	case '[':
		for _, k := range n.kids {
			if k.possible(sets, may) {
				return true
			}
		}
		return false
	case '*':
		return n.min == 0 || n.kids[0].possible(sets, may)
	case '(', 'a', 'b':
		for _, k := range n.kids {
			if !k.possible(sets, may) {
				return false
			}
		}
	}
	return true
}

// first is the classes that a match of n may begin with, or end with where back
// is true, and whether n may match the empty string.
func (n *node) first(sets []classSet, back bool) (set classSet, empty bool) {
	switch n.kind {
	case 's':
		return sets[n.set], false
	case '[':
		for _, k := range n.kids {
			s, e := k.first(sets, back)
			set, empty = set.or(s), empty || e
		}
		return set, empty
	case '*':
		set, empty = n.kids[0].first(sets, back)
		return set, empty || n.min == 0
	case '(':
		return n.firstOfSeq(sets, back)
	}
	return classSet{}, true
}

func (n *node) firstOfSeq(sets []classSet, back bool) (set classSet, empty bool) {
	for i := range n.kids {
		k := n.kids[i]
		if back {
			k = n.kids[len(n.kids)-1-i]
		}
		s, e := k.first(sets, back)
		set = set.or(s)
		if !e {
			return set, false
		}
	}
	return set, true
}

// ahead is the classes that n, should its match be empty, is followed by: all
// where it does not look ahead.
func (n *node) ahead(sets []classSet) classSet {
	for _, k := range n.kids {
		if k.kind == 'a' {
			set, _ := k.kids[0].first(sets, false)
			return set
		}
	}
	return classSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
}
