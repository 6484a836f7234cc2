package tokenize

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"corpus/tokenize/bpe"
	"corpus/tokenize/count"
	"corpus/tokenize/normal"
	"corpus/tokenize/split"
	"corpus/tokenize/unigram"
	"corpus/tokenize/wordpiece"
)

// Kinds are the kinds of tokenizers that are trained.
func Kinds() []string { return []string{"bpe", "wordpiece", "unigram"} }

// TrainOptions say what to train.
type TrainOptions struct {
	// Kind is one of [Kinds], "" the first: byte-level BPE in GPT-2's
	// configuration; WordPiece in that of BERT with capitals and accents; Unigram
	// in T5's, but that no mark is lost (Nmt and NFKC in the place of a charsmap)
	// and rare characters are spelled in bytes.
	Kind string
	// Sizes are the wanted numbers of ids, the reserved tokens included, up to
	// [MaxVocab]. Each vocabulary is what it would be if it were trained alone.
	Sizes []int
	// WordBytes bounds the distinct words that are held, in bytes of text; 0 means
	// 16 MiB. Beyond it rare words are sampled, see [count.Load].
	WordBytes int
	// Workers is how many goroutines learn, where the kind can use several; it
	// changes nothing else.
	Workers int
}

// TrainStats say what training did.
type TrainStats struct {
	SampledTo int64 // words seen less often were sampled; 1: none
	Uncovered int   // different characters that got no token
}

// Train learns tokenizers from words that were cut by [NewCounter] of the same
// kind; see [bpe.Train], [wordpiece.Train] and [unigram.Train]. The tokenizers come
// in the order of the sizes. The reserved tokens have the first ids of all.
func Train(counts count.Counts, opts TrainOptions) ([]*Tokenizer, TrainStats, error) {
	switch opts.Kind {
	case "", "bpe":
		return trainBPE(counts, opts)
	case "wordpiece":
		return trainWordPiece(counts, opts)
	case "unigram":
		return trainUnigram(counts, opts)
	}
	return nil, TrainStats{}, noKind(opts.Kind)
}

func trainBPE(counts count.Counts, opts TrainOptions) ([]*Tokenizer, TrainStats, error) {
	merges, stats, err := bpe.Train(counts, bpe.Options{Reserved: NumReserved, Sizes: opts.Sizes, WordBytes: opts.WordBytes})
	if err != nil {
		return nil, TrainStats{}, err
	}
	all, err := trainedAll(gpt2Steps(), merges, func(merges []bpe.Merge) (model, error) {
		m, err := bpe.New(byteConfig(merges))
		return bpeModel(m, true), err
	})
	return all, TrainStats{SampledTo: stats.SampledTo}, err
}

func trainWordPiece(counts count.Counts, opts TrainOptions) ([]*Tokenizer, TrainStats, error) {
	models, stats, err := wordpiece.Train(counts, wordpiece.Options{
		Sizes: opts.Sizes, Specials: reservedTexts(), Unk: UnkID, WordBytes: opts.WordBytes,
	})
	if err != nil {
		return nil, TrainStats{}, err
	}
	all, err := trainedAll(bertSteps(), models, func(m *wordpiece.Model) (model, error) { return wordpieceModel(m), nil })
	return all, TrainStats{stats.SampledTo, stats.Uncovered}, err
}

// coverage is SentencePiece's default character_coverage.
const coverage = 0.9995

func trainUnigram(counts count.Counts, opts TrainOptions) ([]*Tokenizer, TrainStats, error) {
	models, stats, err := unigram.Train(counts, unigram.Options{
		Sizes: opts.Sizes, Specials: reservedTexts(), Unk: UnkID, ByteFallback: true, Coverage: coverage,
		WordBytes: opts.WordBytes, Workers: opts.Workers,
	})
	if err != nil {
		return nil, TrainStats{}, err
	}
	all, err := trainedAll(t5Steps(), models, func(m *unigram.Model) (model, error) { return unigramModel(m), nil })
	return all, TrainStats{stats.SampledTo, stats.Uncovered}, err
}

func reservedTexts() (texts []string) {
	for _, s := range Reserved() {
		texts = append(texts, s.Content)
	}
	return texts
}

// trainedAll makes tokenizers of what was learnt.
func trainedAll[T any](s steps, learnt []T, of func(T) (model, error)) (all []*Tokenizer, err error) {
	for _, l := range learnt {
		t, err := newTokenizer(s, Reserved(), func(bool) (model, error) { return of(l) })
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// byteConfig spells the tokens of merges found by [bpe.Train].
func byteConfig(merges []bpe.Merge) bpe.Config {
	c := bpe.Config{Tokens: reservedTexts(), Merges: merges}
	for _, b := range bpe.ByteLevel.Order {
		c.Tokens = append(c.Tokens, bpe.ByteLevel.Encode(string([]byte{b})))
	}
	for _, m := range merges {
		c.Tokens = append(c.Tokens, c.Tokens[m.Left]+c.Tokens[m.Right])
	}
	return c
}

// gpt2Steps are GPT-2's. The post-processors of all kinds add no token: one
// vocabulary serves objectives that frame a text differently (<cls> … <sep> for
// mlm, <s> … </s> for clm, … </s> for span), so whoever builds the sample adds them.
func gpt2Steps() steps {
	return steps{
		PreTokenizer:  []byte(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`),
		PostProcessor: []byte(`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}`),
		Decoder:       []byte(`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}`),
	}
}

// bertSteps are those of BERT with capitals and accents, which serve every language.
func bertSteps() steps {
	return steps{
		Normalizer:   []byte(`{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":false,"lowercase":false}`),
		PreTokenizer: []byte(`{"type":"BertPreTokenizer"}`),
		Decoder:      []byte(`{"type":"WordPiece","prefix":"##","cleanup":true}`),
	}
}

// t5Steps are T5's, with SentencePiece's nmt_nfkc in two steps: as a charsmap,
// tokenizers loses marks that follow a character which it changes.
func t5Steps() steps {
	return steps{
		Normalizer: []byte(`{"type":"Sequence","normalizers":[{"type":"Nmt"},{"type":"NFKC"},` +
			`{"type":"Strip","strip_left":false,"strip_right":true},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]}`),
		PreTokenizer: []byte(`{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}`),
		Decoder: []byte(`{"type":"Sequence","decoders":[{"type":"ByteFallback"},` +
			`{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}]}`),
	}
}

// NewCounter makes an empty counter of the words that a tokenizer of a kind is
// learnt from. Those of Unigram that are too long to be counted, as many are in
// languages without spaces, are counted in pieces.
func NewCounter(kind string) (*count.Counter, error) {
	switch kind {
	case "", "bpe":
		return count.New(), nil
	case "wordpiece":
		cut, err := bertSteps().cutter()
		return count.NewOf(cut), err
	case "unigram":
		cut, err := t5Steps().cutter()
		var words []string
		return count.NewOf(func(dst []string, text string) []string {
			words = cut(words[:0], text)
			for _, w := range words {
				dst = appendPieces(dst, w)
			}
			clear(words)
			return dst
		}), err
	}
	return nil, noKind(kind)
}

func noKind(kind string) error {
	return fmt.Errorf("train the tokenizer: %.60q is no kind of tokenizer; choose from %s", kind, strings.Join(Kinds(), ", "))
}

// cutter cuts a text into words as the steps say.
func (s steps) cutter() (func(dst []string, text string) []string, error) {
	normalizer, err := normal.Read(s.Normalizer)
	if err != nil {
		return nil, err
	}
	splitter, _, err := split.Read(s.PreTokenizer)
	if err != nil {
		return nil, err
	}
	return func(dst []string, text string) []string {
		return splitter.Append(dst, normal.String(normalizer, text), true)
	}, nil
}

// appendPieces appends a word, cut between characters where it is too long.
func appendPieces(dst []string, word string) []string {
	for len(word) > count.MaxWordBytes {
		n := count.MaxWordBytes
		for !utf8.RuneStart(word[n]) {
			n--
		}
		dst, word = append(dst, word[:n]), word[n:]
	}
	return append(dst, word)
}
