package split

import "unicode/utf8"

// regex is a regular expression for which there is no Cutter by hand. It looks
// back as Oniguruma does, and finds what Oniguruma finds, but remembers where it
// has been once a find takes long, so that no expression takes more than its
// size times the text's.
type regex struct {
	insts []inst
}

// An inst is an instruction of a regex.
type inst struct {
	op       instOp
	set      set // of opOne and opRun
	ascii    [2]uint64
	x, y     int // where to go on: see the operations
	negative bool
}

type instOp uint8

const (
	opOne    instOp = iota // takes a rune of the set
	opRun                  // takes all runes of the set, may give back some
	opHold                 // takes all runes of the set, gives none back
	opSplit                // goes on at x, or else at y
	opJump                 // goes on at x
	opLook                 // goes on at y if the next instructions fit (or do not)
	opBehind               // the same, beginning x runes before
	opAtomic               // takes what the next instructions find, goes on at y
	opBegin
	opEnd
	opMatch
)

// compile reads a regular expression.
func compile(expr string) (*regex, error) {
	n, err := parse(expr)
	if err != nil {
		return nil, err
	}
	var c compiler
	c.emit(n)
	c.add(inst{op: opMatch})
	if c.full {
		return nil, errTooLarge
	}
	return &regex{c.insts}, nil
}

// parts finds what rust-onig's find_iter does: an empty match right behind
// another match is none.
func (re *regex) parts(dst []part, text string) []part {
	m := machine{insts: re.insts, text: text}
	from, last := 0, -1
	for i := 0; i <= len(text); {
		start, end := m.find(i)
		if start < 0 {
			break
		}
		if start == end && last == end {
			_, n := utf8.DecodeRuneInString(text[i:])
			i += max(n, 1)
			continue
		}
		dst = appendParts(dst, from, start, end)
		from, i, last = end, end, end
	}
	return closeParts(dst, from, len(text))
}

// A machine runs a regex on a text.
type machine struct {
	insts []inst
	text  string
	stack []frame
	steps int // of all runs
}

// A frame is where to go on when what follows does not fit: at text[high:], and
// then, rune by rune, down to low.
type frame struct{ pc, low, high int }

// find gives where the first match at or behind text[i:] is, or -1.
func (m *machine) find(i int) (start, end int) {
	for start = i; ; {
		m.stack = m.stack[:0]
		if end = m.run(0, start); end >= 0 {
			return start, end
		}
		if start == len(m.text) {
			return -1, -1
		}
		_, n := utf8.DecodeRuneInString(m.text[start:])
		start += n
	}
}

// slow is how many steps a run takes before it remembers where it has been.
const slow = 1 << 12

// run gives the end of what the instructions from pc on find at text[at:], or -1.
func (m *machine) run(pc, at int) int {
	base, limit := len(m.stack), m.steps+slow
	seen := visited{first: at}
	for {
		if m.steps++; m.steps > limit && seen.visit(pc, at, len(m.insts)) {
			goto back
		}
		switch in := &m.insts[pc]; in.op {
		case opOne:
			n := in.takes(m.text, at)
			if n == 0 {
				goto back
			}
			at += n
			pc++
		case opRun, opHold:
			low := at
			for n := in.takes(m.text, at); n > 0; n = in.takes(m.text, at) {
				m.steps++
				if m.steps > limit && in.op == opRun && seen.visit(pc, at+n, len(m.insts)) {
					break // all from there on has been tried
				}
				at += n
			}
			pc++
			if in.op == opRun && low < at {
				m.stack = append(m.stack, frame{pc, low, at - 1})
			}
		case opSplit:
			m.stack = append(m.stack, frame{in.y, at, at})
			pc = in.x
		case opJump:
			pc = in.x
		case opLook, opBehind, opAtomic:
			end := m.inner(in, pc, at)
			if (end < 0) != in.negative {
				goto back
			}
			if in.op == opAtomic {
				at = end
			}
			pc = in.y
		case opBegin:
			if at != 0 {
				goto back
			}
			pc++
		case opEnd:
			if at != len(m.text) {
				goto back
			}
			pc++
		case opMatch:
			m.stack = m.stack[:base]
			return at
		}
		continue
	back:
		if len(m.stack) == base {
			return -1
		}
		pc, at = m.pop()
	}
}

// inner runs the instructions that a look or an atomic group holds.
func (m *machine) inner(in *inst, pc, at int) int {
	if in.op == opBehind {
		for range in.x {
			if at == 0 {
				return -1
			}
			_, n := utf8.DecodeLastRuneInString(m.text[:at])
			at -= n
		}
	}
	return m.run(pc+1, at)
}

// pop takes the next way to try off the stack.
func (m *machine) pop() (pc, at int) {
	top := &m.stack[len(m.stack)-1]
	for top.high > top.low && !utf8.RuneStart(m.text[top.high]) {
		top.high--
	}
	pc, at = top.pc, top.high
	if top.high == top.low {
		m.stack = m.stack[:len(m.stack)-1]
	} else {
		top.high--
	}
	return pc, at
}

// takes gives the length of the rune at text[i:] if it is in the set, or 0.
func (in *inst) takes(text string, i int) int {
	if i == len(text) {
		return 0
	}
	if c := text[i]; c < utf8.RuneSelf {
		return int(in.ascii[c>>6] >> (c & 63) & 1)
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	if in.set.has(r) {
		return n
	}
	return 0
}

// visited holds the instructions that have been tried, for each place from first on.
type visited struct {
	bits  []uint64
	first int
}

// visit marks an instruction at a place, and says whether it was marked.
func (v *visited) visit(pc, at, insts int) bool {
	bit := (at-v.first)*insts + pc
	if need := bit>>6 + 1; need > len(v.bits) {
		v.bits = append(v.bits, make([]uint64, max(need-len(v.bits), len(v.bits)))...)
	}
	was := v.bits[bit>>6]>>(bit&63)&1 != 0
	v.bits[bit>>6] |= 1 << (bit & 63)
	return was
}
