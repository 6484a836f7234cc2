package filter

import "corpus"

const (
	// maxMeasured is the bytes of a document that are measured, cut at a whole
	// character; a longer one is judged by its beginning. 100,000 words, the most
	// that Gopher allows, fit in it in every script, with the ten characters a
	// word that it allows too.
	maxMeasured = 4 << 20
	// maxTokens is the tokens of a document that are measured, and its lines:
	// 160,000 words, the most of a Chinese text, and the marks between them.
	maxTokens = 1 << 18
	// maxPhrase is the longest entry of a word list, in tokens.
	maxPhrase = 16
	// maxTarget is the bytes read of all target files, maxTargetLine those of a
	// line of a JSONL target.
	maxTarget     = 1 << 30
	maxTargetLine = 32 << 20
	// targetPiece is how much of a target is counted at once: no more tokens than
	// are measured.
	targetPiece = maxTokens
	// maxLanguages is more than package langid tells.
	maxLanguages = 100
)

// What tasks hold at most, in bytes.
const (
	// textMemory is reading a text part: a batch as it is on disk, as Arrow reads
	// it and unpacked, each at most a document more than usual.
	textMemory = 3 * (corpus.BatchBytes + corpus.MaxDocument)
	// tableMemory is reading or writing a table of short rows.
	tableMemory = 4 * corpus.BatchBytes
	// tokensMemory is one document's tokens: 20 bytes each, in slices that have
	// grown a quarter too long.
	tokensMemory = maxTokens * 20 * 5 / 4
	// bagsMemory is n-gram counts of every language.
	bagsMemory = maxLanguages * buckets * 8

	measureMemory = textMemory + 10*tableMemory               // beside its workers
	scoreMemory   = textMemory + 2*tableMemory + 3*bagsMemory // pool, target and weights
	decideMemory  = 12 * tableMemory
)
