package dedup

import (
	"bytes"
	"encoding/binary"
	"errors"

	"corpus"
)

// A record of a unit sorts by its key, then by where it stands.
const (
	placeBytes = 4 + 4 + 4 + 1 // part, row, start, kind
	unitRecord = 16 + placeBytes
)

func putPlace(r []byte, part int, row, start, kind int64) {
	binary.BigEndian.PutUint32(r, uint32(part))
	binary.BigEndian.PutUint32(r[4:], uint32(row))
	binary.BigEndian.PutUint32(r[8:], uint32(start))
	r[12] = byte(kind)
}

// sortedSchema is the columns of sortedBy.
func sortedSchema() corpus.Schema {
	return append(corpus.Schema{{Name: "key", Kind: corpus.IDs}}, cutSchema()...)
}

// cutSchema is the columns of repeatsHere and commonHere: where something is cut.
func cutSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "part", Kind: corpus.Ints},
		{Name: "row", Kind: corpus.Ints},
		{Name: "start", Kind: corpus.Ints},
		{Name: "kind", Kind: corpus.Ints},
	}
}

// appendPlace adds a place to the columns of cutSchema.
func appendPlace(c []corpus.Column, place []byte) {
	for i := range 3 {
		c[i].Ints = append(c[i].Ints, int64(binary.BigEndian.Uint32(place[4*i:])))
	}
	c[3].Ints = append(c[3].Ints, int64(place[12]))
}

// order sorts the units of the generation and writes each key once, for later
// generations.
func order(env corpus.Env) error {
	s, err := env.Sort(unitRecord)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := addUnits(env, s); err != nil {
		return err
	}
	out, err := newTableBatch(env, sortedBy, sortedSchema())
	if err != nil {
		return err
	}
	seen, err := newTableBatch(env, Seen, keySchema())
	if err != nil {
		return err
	}
	var last [16]byte
	for r, err := range sorted(env, s) {
		if err != nil {
			return err
		}
		if key := corpus.ID(r[:16]); key != last {
			last = key
			seen.Columns[0].IDs = append(seen.Columns[0].IDs, key)
			if err := seen.add(); err != nil {
				return err
			}
		}
		out.Columns[0].IDs = append(out.Columns[0].IDs, last)
		appendPlace(out.Columns[1:], r[16:])
		if err := out.add(); err != nil {
			return err
		}
	}
	return flushAll(out, seen)
}

func keySchema() corpus.Schema { return corpus.Schema{{Name: "key", Kind: corpus.IDs}} }

func addUnits(env corpus.Env, s corpus.Sorter) error {
	return eachUnit(env, func(key corpus.ID, part int, row, start, kind int64) error {
		var r [unitRecord]byte
		copy(r[:], key[:])
		putPlace(r[16:], part, row, start, kind)
		return s.Add(r[:])
	})
}

// eachUnit calls do with the units of the generation in the order of documents.
func eachUnit(env corpus.Env, do func(key corpus.ID, part int, row, start, kind int64) error) error {
	first, n := env.Parts()
	for part := first; part < first+n; part++ {
		err := corpus.EachTable(env, units, part, func(t *corpus.Table) error {
			c := t.Columns
			for i, key := range c[0].IDs {
				if err := do(key, part, c[1].Ints[i], c[2].Ints[i], c[3].Ints[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// findRepeats writes where the units stand that stand somewhere before. Those of
// earlier generations are read side by side, as many tables at a time as fit.
func findRepeats(env corpus.Env) error {
	cuts, err := env.Sort(placeBytes)
	if err != nil {
		return err
	}
	defer cuts.Close()
	earlier, err := earlierParts(env, Seen)
	if err != nil {
		return err
	}
	most := max(1, int(env.Memory()/2/tableMemory))
	for round := 0; round == 0 || round*most < len(earlier); round++ {
		parts := earlier[round*most : min(len(earlier), (round+1)*most)]
		if err := findAmong(env, parts, round == 0, cuts); err != nil {
			return err
		}
	}
	return writeCuts(env, repeatsHere, cuts)
}

// earlierParts are the parts of earlier generations that have a table.
func earlierParts(env corpus.Env, role string) (parts []int, err error) {
	first, _ := env.Parts()
	for part := range first {
		in, err := env.Open(role, part)
		if errors.Is(err, corpus.ErrNoTable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if err := in.Close(); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// findAmong adds the places of the units that some earlier generations know, and
// with own those of all but the first of a key.
func findAmong(env corpus.Env, earlier []int, own bool, cuts corpus.Sorter) error {
	known, err := openKeys(env, earlier)
	defer known.close()
	if err != nil {
		return err
	}
	var last corpus.ID
	begun, old := false, false
	first, _ := env.Parts()
	return corpus.EachTable(env, sortedBy, first, func(t *corpus.Table) error {
		c := t.Columns
		for i, key := range c[0].IDs {
			again := begun && key == last
			if !again {
				last, begun = key, true
				if old, err = known.has(key); err != nil {
					return err
				}
			}
			if again && own || !again && old {
				var r [placeBytes]byte
				putPlace(r[:], int(c[1].Ints[i]), c[2].Ints[i], c[3].Ints[i], c[4].Ints[i])
				if err := cuts.Add(r[:]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// writeCuts writes the places in order, each once.
func writeCuts(env corpus.Env, role string, cuts corpus.Sorter) error {
	out, err := newTableBatch(env, role, cutSchema())
	if err != nil {
		return err
	}
	var last []byte
	for r, err := range sorted(env, cuts) {
		if err != nil {
			return err
		}
		if bytes.Equal(r, last) {
			continue
		}
		last = append(last[:0], r...)
		appendPlace(out.Columns, r)
		if err := out.add(); err != nil {
			return err
		}
	}
	return out.flush()
}
