package wordpiece

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"corpus/tokenize/count"
	"corpus/tokenize/learn"
)

// Options say what to train.
type Options struct {
	// Sizes are the wanted numbers of ids, specials and characters included, up to
	// [MaxVocab]. Each vocabulary is what it would be if it were trained alone.
	Sizes []int

	// Specials are the tokens that text is not made of, by id from 0.
	Specials []string

	// Unk is which of Specials a piece becomes that cannot be made of tokens.
	Unk int

	// Alphabet bounds the different characters that get tokens; the rarest beyond
	// are unknown. 0 means 1,000, as in Hugging Face's BertWordPieceTokenizer.
	Alphabet int

	// WordBytes bounds the distinct words that are held, in bytes of text; 0 means
	// 16 MiB. Beyond it rare words are sampled, see [count.Load].
	WordBytes int
}

// Stats say what training did.
type Stats struct {
	SampledTo int64 // words seen less often were sampled; 1: none
	Uncovered int   // different characters that got no token
}

// BERT's constants, and the bounds where Options set none.
const (
	prefix    = "##"
	maxChars  = 100
	alphabet  = 1000
	wordBytes = 16 << 20
)

// Train learns WordPiece vocabularies from the counts of pieces, in the way of
// Hugging Face's WordPieceTrainer, which is byte-pair encoding over characters:
// behind the specials come the characters by code point, then, with ##, those
// that are not only the first of a piece, then a token a merge, see
// [learn.Merges]. Both learn the same tokens when theirs is told the order of the
// characters with ##, which there depends on a hash. Characters without a token
// are left out of the pieces.
//
// The models come in the order of the sizes. Text with too few different pieces
// gives a smaller vocabulary; no pieces at all, or more characters than a size
// has room for, are an error. Nothing depends on the order in which pieces were
// counted, or on the machine.
func Train(counts count.Counts, opts Options) ([]*Model, Stats, error) {
	models, stats, err := train(counts, opts)
	if err != nil {
		return nil, stats, fmt.Errorf("train the tokenizer: %w", err)
	}
	return models, stats, nil
}

func train(counts count.Counts, opts Options) ([]*Model, Stats, error) {
	if err := opts.check(); err != nil {
		return nil, Stats{}, err
	}
	pieces, err := count.Load(counts, cmp.Or(opts.WordBytes, wordBytes))
	if err != nil {
		return nil, Stats{}, err
	}
	if len(pieces.Ends) == 0 {
		return nil, Stats{}, fmt.Errorf("the text has no words; is the input empty?")
	}
	a, uncovered := newLetters(pieces, &opts)
	stats := Stats{SampledTo: 1 << pieces.Shift, Uncovered: uncovered}
	for _, n := range opts.Sizes {
		if n < len(a.tokens) {
			return nil, stats, fmt.Errorf("a vocabulary of %d has no room for %d special tokens and the %d characters of the text, alone and with %s: choose a larger one or a smaller alphabet",
				n, len(opts.Specials), len(a.first), prefix)
		}
	}
	tokens, _ := learn.Merges(a.words(pieces), learn.Options{Tokens: a.tokens, Vocab: slices.Max(opts.Sizes), Join: join})
	models, err := opts.models(tokens)
	return models, stats, err
}

func (o *Options) check() error {
	switch {
	case len(o.Sizes) == 0:
		return fmt.Errorf("no size is given")
	case o.Unk < 0 || o.Unk >= len(o.Specials):
		return fmt.Errorf("unknown token %d of %d specials", o.Unk, len(o.Specials))
	case o.Alphabet < 0:
		return fmt.Errorf("an alphabet of %d characters", o.Alphabet)
	}
	for _, n := range o.Sizes {
		if n > MaxVocab {
			return fmt.Errorf("a vocabulary of %d, allowed are %d", n, MaxVocab)
		}
	}
	return nil
}

// models are the beginnings of the tokens.
func (o *Options) models(tokens []string) ([]*Model, error) {
	models := make([]*Model, len(o.Sizes))
	for i, n := range o.Sizes {
		var err error
		models[i], err = New(Config{Tokens: tokens[:min(n, len(tokens))], Unk: o.Specials[o.Unk], Prefix: prefix, MaxChars: maxChars})
		if err != nil {
			return nil, err
		}
	}
	return models, nil
}

// join spells what two tokens make; the right one always has the prefix.
func join(left, right string) string { return left + right[len(prefix):] }

// letters are the characters that get tokens: the id of each where it is the
// first of a piece, and where it is not.
type letters struct {
	tokens      []string // specials and characters by id
	first, rest map[rune]uint32
}

// newLetters takes the most frequent characters, of equally frequent ones those
// with the smaller code point.
func newLetters(pieces *count.Words, opts *Options) (a *letters, uncovered int) {
	a = &letters{tokens: slices.Clone(opts.Specials), first: map[rune]uint32{}, rest: map[rune]uint32{}}
	counts := map[rune]int64{}
	for piece, n := range pieces.All() {
		for _, r := range string(piece) {
			counts[r] += n
		}
	}
	for _, s := range opts.Specials {
		if r, n := utf8.DecodeRuneInString(s); n == len(s) {
			delete(counts, r)
		}
	}
	chars := make([]rune, 0, len(counts))
	for r := range counts {
		chars = append(chars, r)
	}
	slices.SortFunc(chars, func(a, b rune) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	kept := chars[:min(len(chars), cmp.Or(opts.Alphabet, alphabet))]
	slices.Sort(kept)
	for _, r := range kept {
		a.first[r] = uint32(len(a.tokens))
		a.tokens = append(a.tokens, string(r))
	}
	a.number(a.inner(pieces))
	return a, len(chars) - len(kept)
}

// inner says which of the characters come behind the first of a piece.
func (a *letters) inner(pieces *count.Words) map[rune]bool {
	seen := map[rune]bool{}
	for piece := range pieces.All() {
		for i, r := range string(piece) {
			if _, ok := a.first[r]; ok && i > 0 {
				seen[r] = true
			}
		}
	}
	return seen
}

// number gives characters their tokens with the prefix.
func (a *letters) number(inner map[rune]bool) {
	for _, r := range slices.Sorted(maps.Keys(inner)) {
		a.rest[r] = uint32(len(a.tokens))
		a.tokens = append(a.tokens, prefix+string(r))
	}
}

// words are the pieces as ids of their characters. As in Hugging Face, what is
// left of a piece whose first character has no token goes on within a piece.
func (a *letters) words(pieces *count.Words) *learn.Words {
	words := learn.NewWords(len(pieces.Ends), len(pieces.Bytes))
	var ids []uint32
	for piece, n := range pieces.All() {
		ids = ids[:0]
		for i, r := range string(piece) {
			of := a.first
			if i > 0 {
				of = a.rest
			}
			if id, ok := of[r]; ok {
				ids = append(ids, id)
			}
		}
		words.Add(ids, n)
	}
	return words
}
