package spacy

// matcher runs programs on text[lo:hi] as Python's re would.
type matcher struct {
	*classes
	text   string
	lo, hi int
	// low and high bound what the last run saw: the bytes [low, high), with low
	// < lo or high > hi where it met an end of the string.
	low, high int
	stack     []frame
	seen      []uint64 // failed states of unbounded repeats, by loop and byte
	marked    []int    // words of seen that may not be 0
}

type frame struct {
	pc  int32
	pos int
}

// forget begins a new series of runs over the same string, whose failures serve
// one another.
func (m *matcher) forget(p *program) {
	for _, w := range m.marked {
		m.seen[w] = 0
	}
	m.marked = m.marked[:0]
	if p.loops == 0 || m.hi-m.lo < memoBytes {
		return
	}
	n := (p.loops*(m.hi-m.lo+1) + 63) / 64
	if len(m.seen) < n {
		m.seen = make([]uint64, n)
	}
}

// failed says whether the loop has been tried at pos, and marks it as tried.
func (m *matcher) failed(loop int32, pos int) bool {
	i := int(loop)*(m.hi-m.lo+1) + pos - m.lo
	w, bit := i>>6, uint64(1)<<(i&63)
	if m.seen[w]&bit != 0 {
		return true
	}
	if m.seen[w] == 0 {
		m.marked = append(m.marked, w)
	}
	m.seen[w] |= bit
	return false
}

// succeeded takes back that loops failed at pos, where a match ends: one of them
// may be what it ended with.
func (m *matcher) succeeded(p *program, pos int) {
	if m.hi-m.lo < memoBytes {
		return
	}
	for loop := range p.loops {
		i := loop*(m.hi-m.lo+1) + pos - m.lo
		m.seen[i>>6] &^= 1 << (i & 63)
	}
}

// match is where the first alternative of p that matches from pos on ends, no
// earlier than least, or -1.
func (m *matcher) match(p *program, pos, least int) int {
	c, w := m.next(m.text, pos)
	m.high = max(m.high, pos+w)
	for _, pc := range p.at[c] {
		if end := m.run(p, pc, pos, least, false); end >= 0 {
			return end
		}
	}
	return -1
}

// matchEnd is where the longest match of an alternative of p that ends with the
// string begins, or -1.
func (m *matcher) matchEnd(p *program) int {
	c, w := m.last(m.text[m.lo:m.hi])
	m.low = min(m.low, m.hi-w)
	best := -1
	m.forget(p)
	for _, pc := range p.at[c] {
		if at := m.run(p, pc, m.hi, m.lo, true); at >= 0 && (best < 0 || at < best) {
			best = at
		}
	}
	return best
}

// run is the matcher proper: backtracking, its choices on a stack of its own. A
// backward run tries every way and answers the longest.
func (m *matcher) run(p *program, pc int32, pos, least int, longest bool) int {
	return m.steps(p, pc, pos, least, p.back, longest)
}

// steps is run in a direction of its own, for looks.
func (m *matcher) steps(p *program, pc int32, pos, least int, back, longest bool) int {
	base, best := len(m.stack), -1
	memo := p.loops > 0 && m.hi-m.lo >= memoBytes
	for {
		ok := true
		switch in := &p.code[pc]; in.op {
		case opSet:
			pos, ok = m.step(&in.set, pos, back)
			pc++
		case opSplit:
			if memo && in.loop >= 0 && m.failed(in.loop, pos) {
				ok = false
				break
			}
			m.stack = append(m.stack, frame{in.y, pos})
			pc = in.x
		case opJump:
			pc = in.x
		case opLook:
			found := m.steps(p, in.x, pos, 0, in.back, false) >= 0
			ok = found != in.neg
			pc = in.y
		case opStart:
			m.low = min(m.low, m.lo-1)
			ok = pos == m.lo
			pc++
		case opEnd:
			m.high = max(m.high, m.hi+1)
			ok = pos == m.hi
			pc++
		case opMatch:
			if longest {
				if best < 0 || pos < best {
					best = pos
				}
				ok = false
			} else if pos >= least {
				m.stack = m.stack[:base]
				return pos
			} else {
				ok = false
			}
		}
		if ok {
			continue
		}
		if len(m.stack) == base {
			return best
		}
		top := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		pc, pos = top.pc, top.pos
	}
}

// step reads one character of set.
func (m *matcher) step(set *classSet, pos int, back bool) (int, bool) {
	if back {
		if pos <= m.lo {
			m.low = min(m.low, m.lo-1)
			return pos, false
		}
		c, w := m.last(m.text[m.lo:pos])
		m.low = min(m.low, pos-w)
		return pos - w, set.has(c)
	}
	if pos >= m.hi {
		m.high = max(m.high, m.hi+1)
		return pos, false
	}
	c, w := m.next(m.text, pos)
	m.high = max(m.high, pos+w)
	return pos + w, set.has(c)
}
