package shards

import (
	"math"

	"corpus"
)

// What the passes hold at most, in bytes; factors are measured ones rounded up.
const (
	readFactor  = 7  // of a batch while it is read: compressed, decoded, and those before
	tokenFactor = 12 // of a document of one token a byte: its ids, and the batch they go to
	gramBytes   = 64 // of a 13-gram in the map, while it grows
)

// readMemory is what reading the kept text holds.
func (c Config) readMemory() int64 { return readFactor * (c.longest() + corpus.BatchBytes) }

// longest bounds the longest document.
func (c Config) longest() int64 {
	if c.Bytes == 0 {
		return corpus.MaxDocument
	}
	return min(c.Bytes, corpus.MaxDocument)
}

func (c Config) encodeMemory() int64 {
	return c.readMemory() + c.EncoderMemory + tallyMemory + tokenFactor*(c.longest()+corpus.BatchBytes)
}

func (c Config) overlapMemory() int64 {
	const spans = 4 // of a document without a space
	return c.readMemory() + spans*c.longest() + gramBytes*maxOverlap
}

// Disk: a row has its id (32 bytes), its source and three offsets; a shard has
// its schema and footer.
const (
	bytesPerRow   = 112
	bytesPerShard = 4 << 10
	otherText     = 1.25 // tokens a byte of new text, to those measured
)

// need is what the shards of this generation take on disk.
func (c Config) need(e corpus.Env) (int64, error) {
	in := e.Input()
	_, parts := e.Parts()
	perByte := 1.0 // no token is shorter
	if c.TokensPerByte > 0 {
		perByte = min(perByte, otherText*c.TokensPerByte)
	}
	tokens := int64(math.Ceil(perByte * float64(in["bytes_out"]+in["rehydrated.bytes"])))
	rows := in["docs_out"] + in["rehydrated.docs"]
	return rows*bytesPerRow + tokens*idBytes(c.Vocab) + 2*int64(parts)*bytesPerShard + 2*c.FileBytes, nil
}

// kindOfIDs is the column that holds the ids of a vocabulary.
func kindOfIDs(vocab int) corpus.Kind {
	if vocab <= math.MaxUint16+1 {
		return corpus.Uint16s
	}
	return corpus.Uint32s
}

// idBytes is the width of an id on disk.
func idBytes(vocab int) int64 {
	if kindOfIDs(vocab) == corpus.Uint16s {
		return 2
	}
	return 4
}
