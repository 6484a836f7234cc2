package columns

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// cachedDictionary is the dictionary of a column, as it was made of some of the
// blocks.
type cachedDictionary struct {
	from, to int // blocks
	dict     *dictionary
}

// indexed reads a column of indexes into the dictionary that holds for a batch.
func (a *arrowFile) indexed(in *input, l *layout, g arrowGroup, i int, space *room) (arrowValues, error) {
	f := &a.fields[a.at[i]]
	d, err := a.dictionary(in, f, g, i, space)
	if err != nil {
		return nil, err
	}
	first, _ := l.buffers(a.at[i])
	s, err := l.stream(in, first+1, smallWindow)
	return &arrowIndexes{in: s, width: f.width, dict: d, longest: longest(i)}, err
}

// dictionary joins the blocks of a dictionary: the last that replaces it, and
// what was added since.
func (a *arrowFile) dictionary(in *input, f *field, g arrowGroup, i int, space *room) (*dictionary, error) {
	from, to := -1, -1
	for k, d := range a.dictionaries[:g.dictionaries] {
		if d.id != f.id {
			continue
		}
		if !d.delta {
			from = k
		}
		to = k + 1
	}
	if from < 0 {
		return nil, fmt.Errorf("%w: no dictionary %d", ErrDamaged, f.id)
	}
	if c := a.cached[i]; c.dict != nil && c.from == from && c.to == to {
		return c.dict, space.take(cap(c.dict.data) + 5*cap(c.dict.ends))
	}
	a.cached[i] = cachedDictionary{}
	d := &dictionary{}
	for _, b := range a.dictionaries[from:to] {
		if b.id != f.id {
			continue
		}
		if err := d.load(in, b, *f, space); err != nil {
			return nil, err
		}
	}
	a.cached[i] = cachedDictionary{from, to, d}
	return d, nil
}

// load adds the values of a block.
func (d *dictionary) load(in *input, b dictionaryBlock, f field, space *room) error {
	t, err := readMessage(in, b.block)
	if err != nil {
		return err
	}
	header, ok := t.table(messageHeader)
	if !ok || t.byte(messageType) != typeDictionary {
		return fmt.Errorf("%w: no dictionary at byte %d", ErrDamaged, b.at)
	}
	data, ok := header.table(dictionaryData)
	if !ok {
		return fmt.Errorf("%w: a dictionary of nothing", ErrDamaged)
	}
	f.dictionary, f.parents, f.buffers = false, nil, 3
	if f.view {
		f.buffers = 2
	}
	l, err := newLayout(b.block, data, []field{f})
	if err != nil {
		return err
	}
	c := &arrowColumn{}
	valid, err := l.validity(in, 0)
	if err != nil {
		return err
	}
	if valid != nil {
		c.valid = []*bitmap{valid}
	}
	if c.values, err = l.values(in, 0, MaxText, space); err != nil {
		return err
	}
	return d.fill(space, l.rows, c)
}

// arrowIndexes is values that are told by their place in the dictionary.
type arrowIndexes struct {
	in      *bufio.Reader
	width   int
	dict    *dictionary
	longest int
}

func (x *arrowIndexes) skip() error {
	_, err := x.in.Discard(x.width)
	return err
}

func (x *arrowIndexes) next() (value, error) {
	var b [8]byte
	if _, err := io.ReadFull(x.in, b[:x.width]); err != nil {
		return value{}, fmt.Errorf("%w: a record batch ends before its rows: %w", ErrDamaged, err)
	}
	return x.dict.at(int(binary.LittleEndian.Uint64(b[:])), x.longest)
}
