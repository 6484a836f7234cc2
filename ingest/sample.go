package ingest

// sampled says whether a record is in the sample: by the hash of its bytes with
// the seed, so that it depends on neither source nor order, and a larger sample
// of one seed contains the smaller.
func (r reading) sampled(rec record) bool {
	if r.Sample == 0 {
		return true
	}
	const bits = 53 // of a float64
	return float64(rec.hash(r.Seed)>>(64-bits)) < r.Sample*(1<<bits)
}
