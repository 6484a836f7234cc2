package spacy

type op uint8

const (
	opSet   op = iota // one character of a set
	opSplit           // go on at x, should that fail at y
	opJump            // go on at x
	opLook            // the program at x must match (or not: neg) from here; go on at y
	opStart           // the string begins here
	opEnd             // the string ends here
	opMatch
)

type inst struct {
	op        op
	neg, back bool
	x, y      int32
	loop      int32 // of opSplit: the number of the unbounded repeat, or -1
	set       classSet
}

// program is alternatives compiled for the matcher: from their first character
// on, or from the last backwards.
type program struct {
	code  []inst
	back  bool
	loops int
	at    [256][]int32 // by the class of the first character: where alternatives begin, in order
	sets  []classSet
}

func newProgram(alts []*node, sets []classSet, back bool) *program {
	p := &program{back: back, sets: sets}
	for _, a := range alts {
		start := int32(len(p.code))
		p.emit(a, back)
		p.add(inst{op: opMatch})
		first, empty := a.first(sets, back)
		if empty {
			first = first.or(a.ahead(sets))
		}
		for c := range p.at {
			if first.has(uint8(c)) {
				p.at[c] = append(p.at[c], start)
			}
		}
	}
	return p
}

func (p *program) add(i inst) int32 {
	p.code = append(p.code, i)
	return int32(len(p.code) - 1)
}

// emit appends the code of n.
func (p *program) emit(n *node, back bool) {
	switch n.kind {
	case 's':
		p.add(inst{op: opSet, set: p.sets[n.set]})
	case '^':
		p.add(inst{op: opStart})
	case '$':
		p.add(inst{op: opEnd})
	case '(':
		for i := range n.kids {
			if back {
				i = len(n.kids) - 1 - i
			}
			p.emit(n.kids[i], back)
		}
	case '[':
		p.alternation(n, back)
	case '*':
		p.repeat(n, back)
	default:
		p.look(n)
	}
}

func (p *program) alternation(n *node, back bool) {
	var jumps []int32
	for i, k := range n.kids {
		if i == len(n.kids)-1 {
			p.emit(k, back)
			break
		}
		split := p.add(inst{op: opSplit, loop: -1})
		p.code[split].x = int32(len(p.code))
		p.emit(k, back)
		jumps = append(jumps, p.add(inst{op: opJump}))
		p.code[split].y = int32(len(p.code))
	}
	for _, j := range jumps {
		p.code[j].x = int32(len(p.code))
	}
}

func (p *program) repeat(n *node, back bool) {
	for range n.min {
		p.emit(n.kids[0], back)
	}
	if n.max < 0 {
		split := p.add(inst{op: opSplit, loop: int32(p.loops)})
		p.loops++
		p.code[split].x = int32(len(p.code))
		p.emit(n.kids[0], back)
		p.add(inst{op: opJump, x: split})
		p.code[split].y = int32(len(p.code))
		return
	}
	var splits []int32
	for range n.max - n.min {
		split := p.add(inst{op: opSplit, loop: -1})
		splits = append(splits, split)
		p.code[split].x = int32(len(p.code))
		p.emit(n.kids[0], back)
	}
	for _, s := range splits {
		p.code[s].y = int32(len(p.code))
	}
}

func (p *program) look(n *node) {
	back := n.kind == 'b' || n.kind == 'B'
	look := p.add(inst{op: opLook, neg: n.kind == 'A' || n.kind == 'B', back: back})
	p.code[look].x = int32(len(p.code))
	p.emit(n.kids[0], back)
	p.add(inst{op: opMatch})
	p.code[look].y = int32(len(p.code))
}
