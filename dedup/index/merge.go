package index

// Merger writes a run of new entries and of those of older runs.
type Merger struct {
	*Writer
	old  []*Run // oldest first
	head []Entry
	live []bool
}

// NewMerger starts the run, with older ones, oldest first, from their beginning.
func NewMerger(w *Writer, old []*Run) (*Merger, error) {
	m := &Merger{Writer: w, old: old, head: make([]Entry, len(old)), live: make([]bool, len(old))}
	for i := range old {
		if err := m.step(i); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Merger) step(i int) (err error) {
	m.head[i], m.live[i], err = m.old[i].Next()
	return err
}

// Put adds a new entry, whose key is above that of the last, behind all older
// ones below it.
func (m *Merger) Put(e Entry) error {
	for {
		i := m.least()
		if i < 0 || m.head[i].Compare(e.Key) >= 0 {
			break
		}
		if err := m.putOld(m.head[i].Key); err != nil {
			return err
		}
	}
	old, ok, err := m.take(e.Key)
	if err != nil {
		return err
	}
	if ok {
		e.First = old.First
	}
	return m.Writer.Put(e)
}

// Close adds what the older runs have left.
func (m *Merger) Close() error {
	for i := m.least(); i >= 0; i = m.least() {
		if err := m.putOld(m.head[i].Key); err != nil {
			return err
		}
	}
	return m.Writer.Close()
}

// least is the run with the least key, -1 when all have ended.
func (m *Merger) least() int {
	least := -1
	for i, live := range m.live {
		if live && (least < 0 || m.head[i].Compare(m.head[least].Key) < 0) {
			least = i
		}
	}
	return least
}

func (m *Merger) putOld(k Key) error {
	e, _, err := m.take(k)
	if err != nil {
		return err
	}
	return m.Writer.Put(e)
}

// take is what the older runs know of a key, and goes past it.
func (m *Merger) take(k Key) (e Entry, ok bool, err error) {
	for i := range m.old {
		if !m.live[i] || m.head[i].Key != k {
			continue
		}
		if !ok {
			e = m.head[i]
		}
		e.Last, ok = m.head[i].Last, true
		if err := m.step(i); err != nil {
			return e, false, err
		}
	}
	return e, ok, nil
}

// Info is what is remembered of a run.
type Info struct {
	Part      int   `json:"part"`      // number under which its tables lie
	Documents int64 `json:"documents"` // that it knows
}

// fanIn is how many runs of a size are merged into one: each entry is written
// again when there is eight times as much, and of each size there are seven runs
// at most.
const fanIn = 8

// class is the size of a run: the logarithm of its documents to the base fanIn.
func class(documents int64) int {
	c := 0
	for ; documents >= fanIn; documents /= fanIn {
		c++
	}
	return c
}

// Keep says how many of the runs, oldest first, stay as they are beside a new one
// of so many documents; the others become part of it, and how many documents it
// then has. Sizes never grow from a run to the next.
func Keep(runs []Info, documents int64) (keep int, total int64) {
	keep = len(runs)
	for {
		c, from := class(documents), keep
		for from > 0 && class(runs[from-1].Documents) <= c {
			from--
		}
		same := 0
		for _, r := range runs[from:keep] {
			if class(r.Documents) == c {
				same++
			}
		}
		if same < fanIn-1 { // only those behind the last of this size are smaller
			for from = keep; from > 0 && class(runs[from-1].Documents) < c; from-- {
			}
		}
		if from == keep {
			return keep, documents
		}
		for _, r := range runs[from:keep] {
			documents += r.Documents
		}
		keep = from
	}
}
