package bulk

import "corpus"

const (
	// blockBytes is how much text a worker takes at a time.
	blockBytes = 1 << 20

	// keepBytes is how much memory is kept from block to block.
	keepBytes = 8 * blockBytes

	// maxLine is the longest line; a longer one is bad. Escapes may make a text of
	// the largest document six times as long.
	maxLine = 6 * corpus.MaxDocument

	// MaxNarrow is the largest vocabulary whose ids take two bytes.
	MaxNarrow = 1 << 16
)
