package tokenize

import (
	"slices"

	"corpus"
	"corpus/tokenize/bpe"
)

// What the passes hold at most, in bytes; each factor is a measured one rounded
// up, the garbage between two collections included. Small text holds less than the caps allow.
const (
	readFactor  = 7   // of a batch while it is read: compressed, decoded, and those before
	trainFactor = 36  // of the distinct words
	vocabFactor = 600 // of a vocabulary's size: its tables, and its JSON in or out
)

// readMemory is what reading a text part holds, the longest document of which
// has longest bytes.
func readMemory(longest int64) int64 { return readFactor * (longest + corpus.BatchBytes) }

// EncoderMemory is what a tokenizer of vocab ids and one encoder hold, in bytes,
// with texts of at most longest bytes.
func EncoderMemory(vocab int, longest int64) int64 {
	const cache, perByte = 25 << 20, 50
	return vocabFactor*int64(vocab) + cache + perByte*min(longest, bpe.MaxMergeSymbols)
}

// longest bounds the longest document.
func (c Config) longest() int64 { return min(c.bytes(), corpus.MaxDocument) }

func (c Config) bytes() int64 {
	if c.Bytes == 0 {
		return minWordBytes + corpus.MaxDocument
	}
	return c.Bytes
}

// countMemory leaves room for a counter that doubles before it is spilled, and
// for the words of a stretch of text without spaces.
func (c Config) countMemory() int64 {
	const perByte, stretch = 40, 1 << 20
	return readMemory(c.longest()) + counterFactor*minCounter + perByte*min(c.longest(), stretch)
}

// counterFactor is what a counter may hold for a moment: its table and the one
// it grows into, and the order in which it is written.
const counterFactor = 4

// trainMemory has the least of the distinct words that are held.
func (c Config) trainMemory() int64 {
	return c.trainBase() + trainFactor*min(c.bytes(), minWordBytes)
}

// trainBase is what training holds beside the distinct words.
func (c Config) trainBase() int64 {
	return tableFanIn*readMemory(0) + vocabFactor*c.ids()
}

// wordBytes is how many bytes of distinct words training may hold: all there are,
// or as many as the memory has room for, in powers of two, lest the vocabulary of
// text that is beyond it differs between machines that are nearly alike.
func (c Config) wordBytes(memory int64) int {
	n := int64(minWordBytes)
	for n < maxWordBytes && c.trainBase()+trainFactor*min(2*n, c.bytes()) <= memory {
		n *= 2
	}
	return int(n)
}

// ids are those of all vocabularies together.
func (c Config) ids() (sum int64) {
	for _, n := range c.Sizes {
		sum += int64(n)
	}
	return sum
}

// tallyMemory has the ids of a document, at most one a byte, and the words of a
// piece of it without a space.
func (c Config) tallyMemory() int64 {
	const perByte = 8
	sum := readMemory(c.longest()) + perByte*c.longest()
	for _, n := range c.Sizes {
		sum += EncoderMemory(n, c.longest())
	}
	return sum
}

func (c Config) reportMemory() int64 {
	return readMemory(0) + 2*vocabFactor*int64(slices.Max(c.Sizes))
}
