package bpe

import (
	"cmp"
	"fmt"
	"slices"

	"corpus/tokenize/count"
	"corpus/tokenize/learn"
)

// Options say what to train.
type Options struct {
	// Reserved is how many ids special tokens have before the first byte.
	Reserved int
	// Sizes are the wanted numbers of ids, the reserved tokens and the 256 bytes
	// included; from Reserved+256 to [MaxVocab].
	Sizes []int
	// WordBytes bounds the distinct words that are held, in bytes of text; 0 means
	// 16 MiB. Beyond it rare words are sampled, see [count.Load].
	WordBytes int
}

// Stats say what training did.
type Stats struct {
	SampledTo int64 // words seen less often were sampled; 1: none
}

// Train learns byte-level BPE vocabularies (Sennrich et al. 2016, over bytes as
// in GPT-2): behind the reserved ids come the 256 bytes in the order of their
// printable characters, then one token a merge, in the way of Hugging Face's
// BpeTrainer, so that both learn the same merges; see [learn.Merges].
//
// The merges come in the order of the sizes; those of a smaller vocabulary begin
// those of a larger one. Text with too few different words gives fewer, as it does
// there. No words at all are an error.
func Train(counts count.Counts, opts Options) ([][]Merge, Stats, error) {
	all, stats, err := train(counts, opts)
	if err != nil {
		return nil, stats, fmt.Errorf("train the tokenizer: %w", err)
	}
	return all, stats, nil
}

func train(counts count.Counts, opts Options) ([][]Merge, Stats, error) {
	begin := opts.Reserved + 256
	if len(opts.Sizes) == 0 {
		return nil, Stats{}, fmt.Errorf("no size is given")
	}
	for _, n := range opts.Sizes {
		if n < begin || n > MaxVocab {
			return nil, Stats{}, fmt.Errorf("a vocabulary of %d: choose from %d (reserved tokens and bytes) to %d", n, begin, MaxVocab)
		}
	}
	loaded, err := count.Load(counts, cmp.Or(opts.WordBytes, wordBytes))
	if err != nil {
		return nil, Stats{}, err
	}
	stats := Stats{SampledTo: 1 << loaded.Shift}
	if len(loaded.Ends) == 0 {
		return nil, stats, fmt.Errorf("the text has no words; is the input empty?")
	}
	_, learnt := learn.Merges(symbols(loaded, opts.Reserved), learn.Options{
		Tokens: alphabet(opts.Reserved), Vocab: slices.Max(opts.Sizes),
		Join: func(left, right string) string { return left + right },
	})
	merges := make([]Merge, len(learnt))
	for i, m := range learnt {
		merges[i] = Merge(m)
	}
	all := make([][]Merge, len(opts.Sizes))
	for i, n := range opts.Sizes {
		all[i] = merges[:min(len(merges), n-begin)]
	}
	return all, stats, nil
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
	id, words := byteIDs(reserved), learn.NewWords(len(loaded.Ends), len(loaded.Bytes))
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

// byteIDs gives the id of each byte in a vocabulary trained here, where the
// first has id first.
func byteIDs(first int) (id [256]uint32) {
	for i, b := range ByteLevel.Order {
		id[b] = uint32(first + i)
	}
	return id
}
