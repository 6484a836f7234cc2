package dedup

import "corpus"

// tableBatch is a table being written, some thousand rows at a time.
type tableBatch struct {
	*corpus.Table
	out corpus.TableWriter
}

func newTableBatch(env corpus.Env, role string, s corpus.Schema) (*tableBatch, error) {
	out, err := env.Create(role, s)
	return &tableBatch{corpus.NewTable(s), out}, err
}

// add takes the row that was appended to the columns.
func (b *tableBatch) add() error {
	if b.Rows++; b.Rows < rowsPerBatch {
		return nil
	}
	return b.flush()
}

func (b *tableBatch) flush() error {
	defer b.Reset()
	return b.out.Write(b.Table)
}

// flushAll writes what is left of those that there are.
func flushAll(all ...*tableBatch) error {
	for _, b := range all {
		if b == nil {
			continue
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
	return nil
}
