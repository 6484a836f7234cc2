package split

import "errors"

var errTooLarge = errors.New("the regular expression is too large")

// compiler writes the instructions of a regex.
type compiler struct {
	insts []inst
	full  bool
}

func (c *compiler) add(in inst) int {
	if len(c.insts) == MaxInstructions {
		c.full = true
		return 0
	}
	c.insts = append(c.insts, in)
	return len(c.insts) - 1
}

func (c *compiler) addSet(op instOp, s set) {
	in := inst{op: op, set: s}
	for r := range rune(128) {
		if s.has(r) {
			in.ascii[r>>6] |= 1 << (r & 63)
		}
	}
	c.add(in)
}

func (c *compiler) emit(n *node) {
	if c.full {
		return
	}
	switch n.op {
	case one:
		c.addSet(opOne, n.set)
	case cat:
		for _, child := range n.nodes {
			c.emit(child)
		}
	case alt:
		c.alternatives(n.nodes)
	case repeat:
		c.repeat(n)
	case look, atomic:
		c.inner(n)
	case begin:
		c.add(inst{op: opBegin})
	case end:
		c.add(inst{op: opEnd})
	}
}

func (c *compiler) alternatives(nodes []*node) {
	var jumps []int
	for _, n := range nodes[:len(nodes)-1] {
		split := c.add(inst{op: opSplit, x: len(c.insts) + 1})
		c.emit(n)
		jumps = append(jumps, c.add(inst{op: opJump}))
		c.insts[split].y = len(c.insts)
	}
	c.emit(nodes[len(nodes)-1])
	for _, j := range jumps {
		c.insts[j].x = len(c.insts)
	}
}

func (c *compiler) repeat(n *node) {
	child := n.nodes[0]
	for range n.min {
		c.emit(child)
	}
	switch {
	case n.max < 0 && child.op == one && !n.lazy:
		c.addSet(opRun, child.set)
	case n.max < 0:
		split := c.add(inst{op: opSplit})
		c.emit(child)
		c.add(inst{op: opJump, x: split})
		c.branch(split, n.lazy)
	default:
		var splits []int
		for range n.max - n.min {
			splits = append(splits, c.add(inst{op: opSplit}))
			c.emit(child)
		}
		for _, s := range splits {
			c.branch(s, n.lazy)
		}
	}
}

// branch makes a split go on behind it, or at the end of what was written so far.
func (c *compiler) branch(split int, lazy bool) {
	x, y := split+1, len(c.insts)
	if lazy {
		x, y = y, x
	}
	c.insts[split].x, c.insts[split].y = x, y
}

// inner writes a look or an atomic group; one around a run of a set is an opHold.
func (c *compiler) inner(n *node) {
	child := n.nodes[0]
	if n.op == atomic && child.op == repeat && child.max < 0 && !child.lazy && child.nodes[0].op == one {
		for range child.min {
			c.emit(child.nodes[0])
		}
		c.addSet(opHold, child.nodes[0].set)
		return
	}
	in := inst{op: opAtomic, negative: n.negative}
	if n.op == look {
		in.op = opLook
	}
	if n.behind {
		in.op = opBehind
		in.x, _ = width(child)
	}
	at := c.add(in)
	c.emit(child)
	c.add(inst{op: opMatch})
	c.insts[at].y = len(c.insts)
}

// nullable says whether a node may find nothing.
func nullable(n *node) bool {
	switch n.op {
	case one:
		return false
	case cat:
		for _, child := range n.nodes {
			if !nullable(child) {
				return false
			}
		}
		return true
	case alt:
		for _, child := range n.nodes {
			if nullable(child) {
				return true
			}
		}
		return false
	case repeat:
		return n.min == 0 || nullable(n.nodes[0])
	case atomic:
		return nullable(n.nodes[0])
	}
	return true
}

// width gives how many runes a node takes, if they are always as many.
func width(n *node) (runes int, ok bool) {
	switch n.op {
	case one:
		return 1, true
	case cat:
		for _, child := range n.nodes {
			w, ok := width(child)
			if !ok {
				return 0, false
			}
			runes += w
		}
		return runes, true
	case alt:
		runes, ok = width(n.nodes[0])
		for _, child := range n.nodes[1:] {
			w, ok2 := width(child)
			ok = ok && ok2 && w == runes
		}
		return runes, ok
	case repeat:
		runes, ok = width(n.nodes[0])
		return runes * n.min, ok && n.min == n.max
	case atomic:
		return width(n.nodes[0])
	}
	return 0, true
}
