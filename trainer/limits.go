package trainer

// Caps on sizes that come from files.
const (
	maxVocab     = 1 << 24   // rows of an embedding; the largest published vocabularies have 2^20
	maxWidth     = 1 << 17   // hidden, feed-forward and head sizes
	maxLayers    = 1 << 10   // blocks of one stack
	maxPositions = 1 << 20   // learned positions, and the relative distance of t5
	maxHeader    = 100 << 20 // bytes of a safetensors header: the format's own limit is 100 MB
	maxTensors   = 1 << 20   // tensors of one safetensors file
	maxDims      = 8         // dimensions of one tensor
	maxJSON      = 16 << 20  // bytes of config.json, run.json and checkpoint records
	maxMetric    = 1 << 20   // bytes of one line of metrics.jsonl
	maxNamed     = 64        // documents named of a batch whose update was skipped; sources have at most 4 KiB
)
