package dedup

import (
	"math"

	"corpus"
)

const (
	// MaxValues is the largest Bands × Rows; the largest published setting is
	// RefinedWeb's 450 × 20.
	MaxValues = 16384
	// MaxShingle is the most words or characters in a shingle.
	MaxShingle = 1000
	// maxWord is where a longer word is cut in two, in bytes.
	maxWord = 4096
	// batchWords is how many words are turned into shingles at once: enough that
	// each permutation's minimum stays in a register for long.
	batchWords = 2048
	// textBuffer is the normalised text that waits to be hashed, in bytes.
	textBuffer = 64 << 10
	// signerMemory is the most that a signer's buffers take, in bytes: 12 a token of
	// a batch, 17 a word and 8 a character of a batch, of the tail of the batch before
	// and of the longest word, the text, and 24 a value. TestHeldBySigner holds it to that.
	signerMemory = 1 << 20
	// bytesPerShingle is the fewest bytes of a text to a shingle: a letter and a space.
	bytesPerShingle = 2
	// arenaHashes is how many hashes of sets lie together in memory; longer sets
	// lie alone.
	arenaHashes = 1 << 17
	// streamHashes is how many hashes of a set are compared at once, enough for
	// nearly every document's.
	streamHashes = 8192
	// bytesPerMember is what a document that is compared takes beside its set: with
	// two partners 80 and 2 × 64 bytes.
	bytesPerMember = 256
	// textMemory is what reading a text part holds: a batch as it is on disk, as
	// Arrow reads it and unpacked, each at most a document more than usual.
	textMemory = 3 * (corpus.BatchBytes + corpus.MaxDocument)
	// tableMemory is what reading or writing a table of short rows holds.
	tableMemory = 4 * corpus.BatchBytes
	// MaxURL is the longest URL that is normalised, in bytes; longer ones are
	// compared as they are.
	MaxURL = 8 << 10
	// sortShare is the part of a task's memory that a sort takes, as the engine
	// divides it, or the sets that are compared at a time.
	sortShare = 4
	// MaxDocuments is the most documents a dataset may hold: their numbers are
	// 32 bits wide in memory and in the sorts.
	MaxDocuments = math.MaxUint32
)
