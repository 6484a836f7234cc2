package dedup

import (
	"cmp"
	"sort"

	"corpus"
)

// seekPart goes to the last batch of a table that begins before a part, or to the
// first: what other parts have in the table, whose rows are in the order of its
// first column, is not read.
func seekPart(in corpus.TableReader, part int64) (err error) {
	table, ok := in.(corpus.Seeker)
	if !ok || table.Batches() < 2 {
		return nil
	}
	before := sort.Search(table.Batches()-1, func(i int) bool {
		if err != nil {
			return true
		}
		var t *corpus.Table
		if err = table.Seek(i + 1); err == nil {
			t, err = table.Next()
		}
		return err != nil || t.Rows == 0 || t.Columns[0].Ints[0] >= part
	})
	return cmp.Or(err, table.Seek(before))
}
