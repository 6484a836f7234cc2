package filter

const (
	// maxMeasured is the bytes of a document that are measured, cut at a whole
	// character; a longer one is judged by its beginning. 100,000 words, the most
	// that Gopher allows, fit in it in every script. It bounds the memory of the
	// token arrays at 48 bytes a token.
	maxMeasured = 2 << 20
	// maxPhrase is the longest entry of a word list, in tokens.
	maxPhrase = 16
	// maxTarget is the bytes read of all target files, maxTargetLine those of a
	// line of a JSONL target.
	maxTarget     = 1 << 30
	maxTargetLine = 32 << 20
)
