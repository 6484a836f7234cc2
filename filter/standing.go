package filter

import (
	"encoding/binary"

	"corpus"
)

// standingSchema is the table of the clusters of which a part has a text that passes
// every rule, the budget aside: what later generations bring of them is not promoted.
var standingSchema = corpus.Schema{{Name: "cluster", Kind: corpus.IDs}}

// standing writes that table for a task's part.
type standing struct {
	w corpus.TableWriter
	t *corpus.Table
}

func newStanding(e corpus.Env) (*standing, error) {
	w, err := e.Create(roleStanding, standingSchema)
	return &standing{w, corpus.NewTable(standingSchema)}, err
}

// add adds the cluster of a document with the rules that it fails.
func (s *standing) add(r *row, fails []corpus.Failure) error {
	if !eligible(fails) {
		return nil
	}
	s.t.Columns[0].IDs = append(s.t.Columns[0].IDs, r.cluster)
	if s.t.Rows++; s.t.Rows < verdictRows {
		return nil
	}
	return s.flush()
}

func (s *standing) flush() error {
	defer s.t.Reset()
	return s.w.Write(s.t)
}

// eligible says whether a document passes every rule but those of the budget.
func eligible(fails []corpus.Failure) bool {
	return len(fails) == 0 || fails[0].Rule == RuleBudget || fails[0].Rule == RuleDomain
}

// idFilter tells ids that were not added, most of them: ids are hashes, and one bit
// of it stands for each.
type idFilter struct{ bits []uint64 }

// idFilterBytes lets through 3 % of the ids that were not added to two million.
const idFilterBytes = 8 << 20

func newIDFilter() *idFilter { return &idFilter{make([]uint64, idFilterBytes/8)} }

func (f *idFilter) place(id corpus.ID) (word, bit uint64) {
	h := binary.LittleEndian.Uint64(id[:])
	return h >> 6 % uint64(len(f.bits)), 1 << (h & 63)
}

func (f *idFilter) add(id corpus.ID) {
	word, bit := f.place(id)
	f.bits[word] |= bit
}

func (f *idFilter) has(id corpus.ID) bool {
	word, bit := f.place(id)
	return f.bits[word]&bit != 0
}
