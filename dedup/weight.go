package dedup

// Weight is that of the document that stands for a cluster of size documents.
func Weight(size int64) int64 { return weight("", size) }

// weight is how often FineWeb-2 repeats a document that stands for a cluster of
// size documents: clusters of a handful are what many found worth copying, those
// of a thousand are templates ("FineWeb2", Penedo et al., 2025, rehydration). What
// is dropped is repeated by its survivor.
func weight(kind string, size int64) int64 {
	switch {
	case kind != "":
		return 0
	case size < 3:
		return size
	case size < 5:
		return 3
	case size < 100:
		return 5
	case size < 1000:
		return 8
	}
	return 1
}
