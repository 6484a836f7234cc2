package shards

// MaxRange is the largest checked range that is read into memory at once: a
// record batch holds corpus.BatchBytes plus at most one document.
const MaxRange = 1 << 30
