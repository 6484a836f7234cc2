package split

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A node is a part of a regular expression.
type node struct {
	op       nodeOp
	set      set     // of one
	nodes    []*node // of cat and alt; the body of the others
	min, max int     // of repeat; max < 0 is no limit
	lazy     bool
	negative bool // of look
	behind   bool
}

type nodeOp uint8

const (
	one    nodeOp = iota // a rune of a set
	cat                  // one behind the other
	alt                  // the first that fits
	repeat               // min to max times
	look                 // (?= (?! (?<= (?<!
	atomic               // (?>
	begin                // \A
	end                  // \z
)

// parser reads the part of Oniguruma's syntax (as Ruby has it) that regular
// expressions of tokenizers use, and refuses what is left.
type parser struct {
	expr  string
	i     int
	depth int
}

func parse(expr string) (n *node, err error) {
	p := &parser{expr: expr}
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(refusal)
			if !ok {
				panic(r)
			}
			n, err = nil, fmt.Errorf("%s at byte %d of %q", string(bad), p.i, expr)
		}
	}()
	n = p.alternatives(false)
	if p.i < len(expr) {
		p.refuse("unmatched )")
	}
	return n, nil
}

// A refusal ends a parse.
type refusal string

func (p *parser) refuse(format string, args ...any) {
	panic(refusal(fmt.Sprintf(format, args...)))
}

// next takes a rune.
func (p *parser) next() rune {
	if p.i == len(p.expr) {
		p.refuse("unexpected end")
	}
	r, n := utf8.DecodeRuneInString(p.expr[p.i:])
	p.i += n
	return r
}

// accept takes s if it is there.
func (p *parser) accept(s string) bool {
	if strings.HasPrefix(p.expr[p.i:], s) {
		p.i += len(s)
		return true
	}
	return false
}

func (p *parser) peek() byte {
	if p.i == len(p.expr) {
		return 0
	}
	return p.expr[p.i]
}

func (p *parser) alternatives(fold bool) *node {
	if p.depth++; p.depth > MaxDepth*4 {
		p.refuse("groups too deep")
	}
	defer func() { p.depth-- }()
	n := &node{op: alt, nodes: []*node{p.sequence(fold)}}
	for p.accept("|") {
		n.nodes = append(n.nodes, p.sequence(fold))
	}
	if len(n.nodes) == 1 {
		return n.nodes[0]
	}
	return n
}

func (p *parser) sequence(fold bool) *node {
	n := &node{op: cat}
	for p.i < len(p.expr) && p.peek() != '|' && p.peek() != ')' {
		n.nodes = append(n.nodes, p.quantified(p.atom(fold)))
	}
	if fold {
		p.refuseFolds(n)
	}
	return n
}

// refuseFolds refuses what folds to one rune in Oniguruma: ß is "ss", ﬁ is "fi".
func (p *parser) refuseFolds(n *node) {
	for i := 1; i < len(n.nodes); i++ {
		a, b := n.nodes[i-1], n.nodes[i]
		if a.op != one || b.op != one {
			continue
		}
		for _, pair := range []string{"ss", "st", "ff", "fi", "fl"} {
			if a.set.has(rune(pair[0])) && b.set.has(rune(pair[1])) {
				p.refuse("%q in any case is not supported", pair)
			}
		}
	}
}

func (p *parser) quantified(n *node) *node {
	for {
		low, high, interval, ok := p.quantifier()
		if !ok {
			return n
		}
		if n.op == look || n.op == begin || n.op == end {
			p.refuse("a quantifier behind an assertion")
		}
		if high != 1 && nullable(n) {
			p.refuse("a repeated group that may be empty")
		}
		n = &node{op: repeat, nodes: []*node{n}, min: low, max: high}
		switch {
		case p.accept("?"):
			n.lazy = true
		case !interval && p.accept("+"): // behind {n,m} it is another quantifier
			n = &node{op: atomic, nodes: []*node{n}}
		}
	}
}

func (p *parser) quantifier() (low, high int, interval, ok bool) {
	switch {
	case p.accept("*"):
		return 0, -1, false, true
	case p.accept("+"):
		return 1, -1, false, true
	case p.accept("?"):
		return 0, 1, false, true
	case p.peek() != '{':
		return 0, 0, false, false
	}
	body, _, found := strings.Cut(p.expr[p.i+1:], "}")
	lowText, highText, comma := strings.Cut(body, ",")
	low, err := strconv.Atoi(lowText)
	high = low
	if comma {
		high = -1
		if highText != "" {
			high, err = strconv.Atoi(highText)
		}
	}
	if !found || err != nil || low < 0 || low > MaxRepeat || high > MaxRepeat || high >= 0 && high < low {
		p.refuse("{ is not a quantifier of the form {n}, {n,} or {n,m} up to %d", MaxRepeat)
	}
	p.i += len(body) + 2
	return low, high, true, true
}

func (p *parser) atom(fold bool) *node {
	switch r := p.next(); r {
	case '(':
		return p.group(fold)
	case '[':
		return p.one(p.class(fold), false)
	case '.':
		return p.one(set{{'\n', '\n'}}.complement(), false)
	case '\\':
		return p.escape(fold)
	case '*', '+', '?', '{', '^', '$':
		p.refuse("%q is not supported here", r)
		return nil
	default:
		return p.one(set{{r, r}}, fold)
	}
}

func (p *parser) group(fold bool) *node {
	n := &node{op: cat}
	switch {
	case p.accept("?:"):
	case p.accept("?i:"):
		fold = true
	case p.accept("?="):
		n = &node{op: look}
	case p.accept("?!"):
		n = &node{op: look, negative: true}
	case p.accept("?<="):
		n = &node{op: look, behind: true}
	case p.accept("?<!"):
		n = &node{op: look, behind: true, negative: true}
	case p.accept("?>"):
		n = &node{op: atomic}
	case p.accept("?"):
		p.refuse("this kind of group is not supported")
	}
	n.nodes = []*node{p.alternatives(fold)}
	if !p.accept(")") {
		p.refuse("a group without )")
	}
	if n.behind {
		p.fixedWidth(n.nodes[0])
	}
	return n
}

func (p *parser) fixedWidth(n *node) {
	if _, ok := width(n); !ok {
		p.refuse("a look-behind of no fixed length")
	}
}

func (p *parser) one(s set, fold bool) *node {
	if fold {
		s = p.folded(s)
	}
	return &node{op: one, set: s}
}

// folded adds the other case of ASCII letters, and ſ and K that fold to two of
// them.
func (p *parser) folded(s set) set {
	out := s
	for _, r := range s {
		if r[1] >= utf8.RuneSelf {
			p.refuse("runes beyond ASCII in any case are not supported")
		}
		for c := r[0]; c <= r[1]; c++ {
			if asciiLetter(byte(c)) {
				out = out.union(set{{c ^ 0x20, c ^ 0x20}})
			}
			switch c | 0x20 {
			case 's':
				out = out.union(set{{'ſ', 'ſ'}})
			case 'k':
				out = out.union(set{{'\u212A', '\u212A'}})
			}
		}
	}
	return out
}

// escape reads what follows \ outside of brackets.
func (p *parser) escape(fold bool) *node {
	switch {
	case p.accept("A"):
		return &node{op: begin}
	case p.accept("z"):
		return &node{op: end}
	}
	s, single := p.escapedSet(wordSet().union(onigWords))
	return p.one(s, fold && single)
}

// escapedSet reads an escape that stands for runes, and whether it is one rune.
// What \w is depends on where it stands.
func (p *parser) escapedSet(words set) (s set, single bool) {
	switch r := p.next(); r {
	case 's':
		return spaceSet(), false
	case 'S':
		return spaceSet().complement(), false
	case 'd':
		return inCategories(nd, nd), false
	case 'D':
		return inCategories(nd, nd).complement(), false
	case 'w':
		return words, false
	case 'W':
		return words.complement(), false
	case 'h':
		return set{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, false
	case 'p', 'P':
		return p.property(r == 'P'), false
	default:
		c := p.escapedRune(r)
		return set{{c, c}}, true
	}
}

func (p *parser) escapedRune(r rune) rune {
	switch r {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'f':
		return '\f'
	case 'v':
		return '\v'
	case 'a':
		return '\a'
	case 'e':
		return 0x1B
	case 'x':
		return p.hex()
	case 'u':
		return p.digits(4)
	}
	if r >= utf8.RuneSelf || r == '_' || '0' <= r && r <= '9' || asciiLetter(byte(r)) {
		p.refuse(`\%c is not supported`, r)
	}
	return r
}

// hex reads HH or {H…} behind \x.
func (p *parser) hex() rune {
	if !p.accept("{") {
		r := p.digits(2)
		if r >= utf8.RuneSelf {
			p.refuse("a byte that is no character")
		}
		return r
	}
	n := strings.IndexByte(p.expr[p.i:], '}')
	if n < 1 || n > 6 {
		p.refuse(`\x{ without its }`)
	}
	r := p.digits(n)
	p.i++
	return r
}

func (p *parser) digits(n int) rune {
	if p.i+n > len(p.expr) {
		p.refuse("unexpected end")
	}
	v, err := strconv.ParseUint(p.expr[p.i:p.i+n], 16, 32)
	if err != nil || !utf8.ValidRune(rune(v)) {
		p.refuse("%q is no character", p.expr[p.i:p.i+n])
	}
	p.i += n
	return rune(v)
}

// property reads {name} or {^name} behind \p or \P.
func (p *parser) property(negative bool) set {
	if !p.accept("{") {
		p.refuse(`\p without {`)
	}
	if p.accept("^") {
		negative = !negative
	}
	name, _, ok := strings.Cut(p.expr[p.i:], "}")
	s, known := property(name)
	if !ok || !known {
		p.refuse(`\p{%.20s} is not supported`, name)
	}
	p.i += len(name) + 1
	if negative {
		return s.complement()
	}
	return s
}
