package bpe

import (
	"fmt"

	"corpus/tokenize/count"
	"corpus/tokenize/learn"
)

// Options say what to train.
type Options struct {
	// Reserved is how many ids special tokens have before the first byte.
	Reserved int
	// Vocab is the wanted number of ids, the reserved tokens and the 256 bytes
	// included; from Reserved+256 to [MaxVocab].
	Vocab int
	// WordBytes bounds the distinct words that are held, in bytes of text; 0:
	// [MaxTrainBytes]. Beyond it rare words are sampled, see [count.Load].
	WordBytes int
}

// Stats say what training did.
type Stats struct {
	SampledTo int64 // words seen less often were sampled; 1: none
	Wanted    int   // ids asked for; there may be fewer
}

// Train learns a byte-level BPE vocabulary (Sennrich et al. 2016, over bytes as
// in GPT-2): behind the reserved ids come the 256 bytes in the order of their
// printable characters, then one token a merge, in the way of Hugging Face's
// BpeTrainer, so that both learn the same merges; see [learn.Merges]. The first
// merges are those of a smaller vocabulary.
//
// Text with too few different words gives a smaller vocabulary, as it does
// there; [Stats] says so. No words at all are an error.
func Train(counts count.Counts, opts Options) ([]Merge, Stats, error) {
	if least := opts.Reserved + 256; opts.Vocab < least || opts.Vocab > MaxVocab {
		return nil, Stats{}, fmt.Errorf("train the tokenizer: a vocabulary of %d: choose from %d (reserved tokens and bytes) to %d", opts.Vocab, least, MaxVocab)
	}
	limit := opts.WordBytes
	if limit == 0 {
		limit = MaxTrainBytes
	}
	loaded, err := count.Load(counts, limit)
	if err != nil {
		return nil, Stats{}, fmt.Errorf("train the tokenizer: %w", err)
	}
	if len(loaded.Ends) == 0 {
		return nil, Stats{}, fmt.Errorf("train the tokenizer: the text has no words; is the input empty?")
	}
	stats := Stats{SampledTo: 1 << loaded.Shift, Wanted: opts.Vocab}
	_, learnt := learn.Merges(symbols(loaded, opts.Reserved), learn.Options{
		Tokens: alphabet(opts.Reserved), Vocab: opts.Vocab,
		Join: func(left, right string) string { return left + right },
	})
	merges := make([]Merge, len(learnt))
	for i, m := range learnt {
		merges[i] = Merge(m)
	}
	return merges, stats, nil
}

// alphabet is the tokens to begin with; those that are reserved have no text.
func alphabet(reserved int) []string {
	tokens := make([]string, reserved, reserved+256)
	for _, b := range ByteLevel.Order {
		tokens = append(tokens, string([]byte{b}))
	}
	return tokens
}

// symbols are the bytes of the words as ids.
func symbols(loaded *count.Words, reserved int) *learn.Words {
	id, words := ByteIDs(reserved), learn.NewWords(len(loaded.Ends), len(loaded.Bytes))
	var ids []uint32
	for word, n := range loaded.All() {
		ids = ids[:0]
		for _, b := range word {
			ids = append(ids, id[b])
		}
		words.Add(ids, n)
	}
	return words
}

// ByteIDs gives the id of each byte in a vocabulary trained here, where the
// first has id first.
func ByteIDs(first int) (id [256]uint32) {
	for i, b := range ByteLevel.Order {
		id[b] = uint32(first + i)
	}
	return id
}
