package extsort

import "bytes"

// fanIn is the number of runs whose blocks fit the buffer beside one block of
// output.
func (s *Sorter) fanIn() int { return max(cap(s.buf)/(s.block+sumBytes)-1, 2) }

// mergeLevel merges groups of runs into longer ones in a new file and removes
// the old file.
func (s *Sorter) mergeLevel() error {
	old, runs := s.level, s.runs
	if err := s.nextLevel(); err != nil {
		return err
	}
	s.runs = nil
	for len(runs) > 0 {
		n := min(s.fanIn(), len(runs))
		if err := s.mergeRun(old, runs[:n]); err != nil {
			old.file.Close()
			return err
		}
		runs = runs[n:]
	}
	return old.remove()
}

// mergeRun writes the merged runs as one run of the current level.
func (s *Sorter) mergeRun(from *spill, runs []run) error {
	w := s.level.newRun(len(s.runs))
	out := make([]byte, 0, s.block)
	var failed error
	s.merge(from, runs, func(record []byte, err error) bool {
		if err == nil {
			out = append(out, record...)
			if len(out) == s.block {
				err = w.write(out)
				out = out[:0]
			}
		}
		failed = err
		return err == nil
	})
	if failed == nil && len(out) > 0 {
		failed = w.write(out)
	}
	s.runs = append(s.runs, w.run)
	return failed
}

// merge yields the records of the runs in order; their blocks lie in s.buf.
func (s *Sorter) merge(from *spill, runs []run, yield func([]byte, error) bool) {
	size := s.block + sumBytes
	memory := s.buf[:cap(s.buf)]
	if len(memory) < len(runs)*size { // only where two records fill the memory
		memory = make([]byte, len(runs)*size)
	}
	cursors := make([]*cursor, len(runs))
	for i, r := range runs {
		cursors[i] = &cursor{
			spill: from, run: r, width: s.width, at: r.start, left: r.bytes,
			buf: memory[i*size : (i+1)*size : (i+1)*size],
		}
		if err := cursors[i].next(); err != nil {
			yield(nil, err)
			return
		}
	}
	for t := newTree(cursors); t.top().record != nil; t.replay() {
		if !yield(t.top().record, nil) {
			return
		}
		if err := t.top().next(); err != nil {
			yield(nil, err)
			return
		}
	}
}

// tree is a loser tree over cursors (Knuth, The Art of Computer Programming,
// vol. 3, 5.4.1): lose[1:] are the inner nodes, lose[0] the winner.
type tree struct {
	cursors []*cursor
	lose    []int
}

func newTree(cursors []*cursor) *tree {
	t := &tree{cursors: cursors, lose: make([]int, len(cursors))}
	t.lose[0] = t.build(1)
	return t
}

// build plays the matches below a node and returns the winner.
func (t *tree) build(node int) int {
	n := len(t.cursors)
	if node >= n {
		return node - n
	}
	a, b := t.build(2*node), t.build(2*node+1)
	if t.less(b, a) {
		a, b = b, a
	}
	t.lose[node] = b
	return a
}

func (t *tree) top() *cursor { return t.cursors[t.lose[0]] }

// replay plays the matches of the winner again after it took its next record.
func (t *tree) replay() {
	winner := t.lose[0]
	for node := (winner + len(t.cursors)) / 2; node > 0; node /= 2 {
		if t.less(t.lose[node], winner) {
			winner, t.lose[node] = t.lose[node], winner
		}
	}
	t.lose[0] = winner
}

// less compares the current records; a cursor at its end is the greatest.
func (t *tree) less(i, j int) bool {
	a, b := t.cursors[i], t.cursors[j]
	switch {
	case a.record == nil || b.record == nil:
		return a.record != nil
	case a.key != b.key:
		return a.key < b.key
	default:
		return bytes.Compare(a.record, b.record) < 0
	}
}
