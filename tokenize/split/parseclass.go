package split

// class reads what is between brackets, behind [. Oniguruma's brackets nest, and
// && intersects what stands on its two sides.
func (p *parser) class(fold bool) set {
	if p.depth++; p.depth > MaxDepth*4 {
		p.refuse("brackets too deep")
	}
	defer func() { p.depth-- }()
	negative := p.accept("^")
	if p.peek() == ']' || p.peek() == ':' {
		p.refuse("%q first in brackets is not supported", p.peek())
	}
	var all, part set
	intersected := false
	for !p.accept("]") {
		if p.accept("&&") {
			all, part, intersected = both(all, part, intersected), nil, true
			continue
		}
		part = part.union(p.classItem(fold))
	}
	all = both(all, part, intersected)
	if fold && negative {
		p.refuse("negated brackets in any case are not supported")
	}
	if negative {
		return all.complement()
	}
	return all
}

func both(all, part set, intersected bool) set {
	if intersected {
		return all.intersect(part)
	}
	return part
}

// classItem reads a rune, a range, an escape or brackets.
func (p *parser) classItem(fold bool) set {
	s, single := p.classSet(fold)
	if single && p.peek() == '-' && p.i+1 < len(p.expr) && p.expr[p.i+1] != ']' {
		p.i++
		high, ok := p.classSet(false)
		if !ok || high[0][0] < s[0][0] {
			p.refuse("a range without a second end")
		}
		s = set{{s[0][0], high[0][0]}}
	}
	if !fold {
		return s
	}
	return p.folded(s)
}

func (p *parser) classSet(fold bool) (s set, single bool) {
	switch r := p.next(); r {
	case '[':
		return p.class(fold), false
	case '\\':
		if p.accept("b") {
			return set{{'\b', '\b'}}, true
		}
		return p.escapedSet(wordSet())
	default:
		return set{{r, r}}, true
	}
}
