package dedup

import (
	"bytes"
	"errors"
	"io"

	"corpus"
)

// keys are tables of keys in ascending order, asked in ascending order.
type keys []*keyTable

type keyTable struct {
	in    corpus.TableReader
	batch []corpus.ID
}

func openKeys(env corpus.Env, parts []int) (all keys, err error) {
	for _, part := range parts {
		in, err := env.Open(Seen, part)
		if err != nil {
			return all, err
		}
		all = append(all, &keyTable{in: in})
	}
	return all, nil
}

func (k keys) close() {
	for _, t := range k {
		_ = t.in.Close() // it was only read
	}
}

// has says whether one of them has the key, which is not below that asked before.
func (k keys) has(key corpus.ID) (bool, error) {
	for _, t := range k {
		if known, err := t.has(key); known || err != nil {
			return known, err
		}
	}
	return false, nil
}

func (t *keyTable) has(key corpus.ID) (bool, error) {
	for {
		for len(t.batch) > 0 && bytes.Compare(t.batch[0][:], key[:]) < 0 {
			t.batch = t.batch[1:]
		}
		if len(t.batch) > 0 {
			return t.batch[0] == key, nil
		}
		if t.in == nil {
			return false, nil
		}
		table, err := t.in.Next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		t.batch = table.Columns[0].IDs
	}
}
