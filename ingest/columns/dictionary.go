package columns

import "fmt"

// dictionary is the different values of a column.
type dictionary struct {
	data []byte
	ends []uint32 // of the values in data
	null []bool   // nil when there are none
}

func (d *dictionary) at(i, longest int) (value, error) {
	if i < 0 || i >= len(d.ends) {
		return value{}, fmt.Errorf("%w: value %d of a dictionary of %d", ErrDamaged, i, len(d.ends))
	}
	if d.null != nil && d.null[i] {
		return value{null: true}, nil
	}
	from := uint32(0)
	if i > 0 {
		from = d.ends[i-1]
	}
	if int(d.ends[i]-from) > longest {
		return value{long: true}, nil
	}
	return value{b: d.data[from:d.ends[i]]}, nil
}

// fill adds n values.
func (d *dictionary) fill(space *room, n int64, from valueReader) error {
	if n < 0 || n > MaxPageValues {
		return fmt.Errorf("%w: dictionary of %d values", ErrTooLarge, n)
	}
	for range n {
		v, err := from.next()
		if err != nil {
			return err
		}
		if v.long {
			return fmt.Errorf("%w: a value of more than %d bytes in a dictionary", ErrTooLarge, MaxText)
		}
		if err := d.reserve(space, len(v.b)); err != nil {
			return err
		}
		d.data = append(d.data, v.b...)
		d.ends = append(d.ends, uint32(len(d.data)))
		if v.null && d.null == nil {
			d.null = make([]bool, len(d.ends)-1, cap(d.ends))
		}
		if d.null != nil {
			d.null = append(d.null, v.null)
		}
	}
	return nil
}

// reserve makes space for a value of n bytes: twice what is needed, so that
// there is little to copy.
func (d *dictionary) reserve(space *room, n int) error {
	if need := len(d.data) + n; need > cap(d.data) {
		size := max(need, min(2*need, need+1<<20), 4096)
		if err := space.take(size - cap(d.data)); err != nil {
			return err
		}
		d.data = append(make([]byte, 0, size), d.data...)
	}
	if len(d.ends) == cap(d.ends) {
		size := max(1024, 2*cap(d.ends))
		if err := space.take(5 * (size - cap(d.ends))); err != nil {
			return err
		}
		d.ends = append(make([]uint32, 0, size), d.ends...)
		if d.null != nil {
			d.null = append(make([]bool, 0, size), d.null...)
		}
	}
	return nil
}

// lookup is the values that indexes speak of.
type lookup interface {
	at(i, longest int) (value, error)
}

// indexed is values that are told by their place in the dictionary.
type indexed struct {
	dict    lookup
	index   hybrid
	longest int
}

func (d *indexed) next() (value, error) {
	i, err := d.index.next()
	if err != nil {
		return value{}, err
	}
	return d.dict.at(i, d.longest)
}
