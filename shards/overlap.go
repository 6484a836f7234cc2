package shards

import (
	"corpus"
)

// overlapN is the length of the n-grams that tell contamination (13 as in GPT-3,
// Brown et al. 2020, appendix C).
const overlapN = 13

// maxOverlap is the most n-gram hashes held; beyond it n-grams are sampled by
// hash, alike on both sides, which leaves the share unbiased.
const maxOverlap = 4 << 20

// overlap counts the n-grams of the validation set that occur in train too.
func overlap(e corpus.Env) error {
	first, n := e.Parts()
	total := int64(0)
	count := func(uint64) { total++ }
	if err := eachNgram(e, ValidRole, first+n, count); err != nil {
		return err
	}
	var sample uint64 // keep hashes whose low bits are zero
	for total>>sample > maxOverlap {
		sample++
	}
	mask := uint64(1)<<sample - 1
	seen := map[uint64]bool{} // n-gram of valid → found in train
	if err := eachNgram(e, ValidRole, first+n, func(h uint64) {
		if h&mask == 0 {
			seen[h] = false
		}
	}); err != nil {
		return err
	}
	if err := eachNgram(e, TrainRole, first+n, func(h uint64) {
		if h&mask == 0 {
			if _, ok := seen[h]; ok {
				seen[h] = true
			}
		}
	}); err != nil {
		return err
	}
	found := int64(0)
	for _, hit := range seen {
		if hit {
			found++
		}
	}
	e.Count("overlap.valid_13grams", int64(len(seen)))
	e.Count("overlap.in_train", found)
	return nil
}

// eachNgram calls do with the hash of every n-gram of tokens within a document
// of the parts below end. Generations before this one are read too.
func eachNgram(e corpus.Env, role string, end int, do func(hash uint64)) error {
	for part := range end {
		err := eachTable(e, role, part, func(t *corpus.Table) error {
			for _, tokens := range t.Columns[0].Tokens {
				for i := range max(0, len(tokens)-overlapN+1) {
					do(hashTokens(tokens[i : i+overlapN]))
				}
			}
			return e.Context().Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hashTokens is FNV-1a over the ids with a final mix, so that the low bits may
// be used for sampling.
func hashTokens(tokens []uint32) uint64 {
	h := uint64(14695981039346656037)
	for _, t := range tokens {
		h = (h ^ uint64(t)) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}
