package filter

import (
	"corpus"
	"corpus/filter/dsir"
)

const (
	// maxTarget is the bytes read of all target files, maxTargetLine those of a
	// line of a JSONL target.
	maxTarget     = 1 << 30
	maxTargetLine = 32 << 20
	// targetPiece is how much of a target is counted at once: no more tokens than
	// are measured of a document.
	targetPiece = 1 << 18
	// maxExamples is the bytes read of the good or the bad texts of a quality model,
	// examplePiece those of an example of plain text, which is some paragraphs.
	maxExamples  = 256 << 20
	examplePiece = 2 << 10
	// maxJudged is the bytes of a document that the quality model reads.
	maxJudged = 1 << 20
	// maxCapped is the domains of a generation that may reach their cap.
	maxCapped = 1 << 20
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
	// bagsMemory is n-gram counts of every language.
	bagsMemory = maxLanguages * dsir.Buckets * 8
	// baggerMemory is a worker that counts n-grams, with those of its part.
	baggerMemory = dsir.Memory + bagsMemory
	// scorerMemory is a worker that scores by perplexity: a batch of tokens.
	scorerMemory = 1 << 20
	// qualityMemory is a worker that scores by the quality model: the tokens of
	// maxJudged bytes, at most one a byte, and their features.
	qualityMemory = maxJudged * 48

	// measureMemory is what measuring holds beside its workers: a batch, and its
	// sidecars, which are large for many rows, or the edits of a large document.
	measureMemory = textMemory + 10*tableMemory

	ngramsMemory = textMemory + tableMemory + bagsMemory     // their sum
	dsirMemory   = textMemory + 2*tableMemory + 3*bagsMemory // pool, target and weights
	scoreMemory  = textMemory + 2*tableMemory
	decideMemory = 14 * tableMemory
)
