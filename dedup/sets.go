package dedup

import (
	"encoding/binary"

	"corpus"
)

// chunkHashes is how many hashes of a set stand in one row and in one record of
// the sort; a set of an ordinary page is ten of them.
const chunkHashes = 32

// A record of the sort is a part, a document, the number of the chunk, how many
// hashes it has, and these.
const (
	chunkHead  = 4 + 4 + 4 + 1
	chunkBytes = chunkHead + 8*chunkHashes
)

// shinglesSchema is the columns of shingles: the part that a set is for, the
// document whose set it is, and its hashes, ascending through its rows; ordered
// by part and document. A text without words has one row without hashes.
func shinglesSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "part", Kind: corpus.Ints},
		{Name: "doc", Kind: corpus.Ints},
		{Name: "hashes", Kind: corpus.Hashes},
	}
}

// shelfSchema is the columns of shelf: a part, and the row of shingles where
// what is for it begins.
func shelfSchema() corpus.Schema {
	return corpus.Schema{{Name: "part", Kind: corpus.Ints}, {Name: "row", Kind: corpus.Ints}}
}

// setTasks is how many tasks read texts: one for each part of the generation,
// and as many among which the parts of earlier ones are divided.
func setTasks(env corpus.Env) (int, error) {
	first, n := env.Parts()
	if first == 0 {
		return n, nil
	}
	return 2 * n, nil
}

// setParts are the parts, from and below to, whose texts a task reads.
func setParts(env corpus.Env) (from, to int) {
	first, n := env.Parts()
	if t := env.Task(); t < n {
		return first + t, first + t + 1
	}
	i := env.Task() - n
	return first * i / n, first * (i + 1) / n
}

// sets writes the sets of shingles of the wanted documents of some parts, in the
// order of the parts that want them, so that each of these finds its own together.
func (c Config) sets(env corpus.Env) error {
	s, err := env.Sort(chunkBytes)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := c.sortSets(env, s); err != nil {
		return err
	}
	w := &shelver{env: env, part: -1, sets: corpus.NewTable(shinglesSchema()), starts: corpus.NewTable(shelfSchema())}
	if w.out, err = env.Create(shingles, shinglesSchema()); err != nil {
		return err
	}
	if w.shelf, err = env.Create(shelf, shelfSchema()); err != nil {
		return err
	}
	for record, err := range sorted(env, s) {
		if err != nil {
			return err
		}
		if err := w.add(record); err != nil {
			return err
		}
	}
	return w.end()
}

// sortSets adds the sets to s, once for each part that wants them.
func (c Config) sortSets(env corpus.Env, s corpus.Sorter) error {
	x, err := newTexts(env)
	if err != nil {
		return err
	}
	defer x.close()
	from, to := setParts(env)
	first, _ := env.Parts()
	set, taker, last := []uint64(nil), newShingleSet(c), int64(-1)
	for row, err := range rowsFrom(env, wants, first, x.start[from]) {
		if err != nil {
			return err
		}
		doc, part := row.Columns[0].Ints[row.At], row.Columns[1].Ints[row.At]
		if doc >= x.start[to] {
			return nil
		}
		if part == int64(from) { // they are compared where they lie
			continue
		}
		env.Count("shingles.sets", 1)
		if doc != last {
			text, err := x.at(doc)
			if err != nil {
				return err
			}
			set, last = taker.of(text), doc
			env.Progress(int64(len(text)))
		}
		if err := addChunks(s, part, doc, set); err != nil {
			return err
		}
	}
	return nil
}

// addChunks adds a set as records.
func addChunks(s corpus.Sorter, part, doc int64, set []uint64) error {
	var record [chunkBytes]byte
	binary.BigEndian.PutUint32(record[:], uint32(part))
	binary.BigEndian.PutUint32(record[4:], uint32(doc))
	for i := uint32(0); i == 0 || len(set) > 0; i++ {
		n := min(len(set), chunkHashes)
		binary.BigEndian.PutUint32(record[8:], i)
		record[12] = byte(n)
		for j, h := range set[:n] {
			binary.LittleEndian.PutUint64(record[chunkHead+8*j:], h)
		}
		if err := s.Add(record[:]); err != nil {
			return err
		}
		set = set[n:]
	}
	return nil
}

// shelver writes sorted chunks as rows, and where those of each part begin.
type shelver struct {
	env          corpus.Env
	out, shelf   corpus.TableWriter
	sets, starts *corpus.Table
	hashes       []uint64 // of the rows of sets, which are slices of it
	part         int64
	row          int64
}

// rowsPerSets is how many rows of sets are written at once.
const rowsPerSets = 1024

func (w *shelver) add(record []byte) error {
	part := int64(binary.BigEndian.Uint32(record))
	if part != w.part {
		if err := w.cut(); err != nil {
			return err
		}
		w.part = part
		c := w.starts.Columns
		c[0].Ints, c[1].Ints = append(c[0].Ints, part), append(c[1].Ints, w.row)
		w.starts.Rows++
	}
	w.row++
	if cap(w.hashes) == 0 {
		w.hashes = make([]uint64, 0, rowsPerSets*chunkHashes)
	}
	from := len(w.hashes)
	for j := range int(record[12]) {
		w.hashes = append(w.hashes, binary.LittleEndian.Uint64(record[chunkHead+8*j:]))
	}
	c := w.sets.Columns
	c[0].Ints = append(c[0].Ints, part)
	c[1].Ints = append(c[1].Ints, int64(binary.BigEndian.Uint32(record[4:])))
	c[2].Hashes = append(c[2].Hashes, w.hashes[from:])
	if w.sets.Rows++; w.sets.Rows < rowsPerSets {
		return nil
	}
	return w.flush()
}

// cut ends the batch, so that what is for another part is not read with it.
func (w *shelver) cut() error {
	if err := w.flush(); err != nil {
		return err
	}
	return corpus.Cut(w.out)
}

func (w *shelver) flush() error {
	if err := w.env.Context().Err(); err != nil {
		return err
	}
	defer w.sets.Reset()
	w.hashes = w.hashes[:0]
	return w.out.Write(w.sets)
}

func (w *shelver) end() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.shelf.Write(w.starts)
}
