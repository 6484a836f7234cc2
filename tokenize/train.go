package tokenize

import (
	"corpus/tokenize/bpe"
	"corpus/tokenize/count"
)

// TrainOptions say what to train.
type TrainOptions struct {
	// Vocab is the wanted number of ids, the reserved tokens and the 256 bytes
	// included; from [NumReserved]+256 to [MaxVocab].
	Vocab int
}

// Train learns a byte-level BPE vocabulary behind the reserved tokens; see [bpe.Train].
func Train(counts count.Counts, opts TrainOptions) (*Tokenizer, bpe.Stats, error) {
	merges, stats, err := bpe.Train(counts, bpe.Options{Reserved: NumReserved, Vocab: opts.Vocab})
	if err != nil {
		return nil, stats, err
	}
	t, err := trained(merges)
	return t, stats, err
}

// trained makes the tokenizer of merges found by Train, in GPT-2's
// configuration.
func trained(merges []bpe.Merge) (*Tokenizer, error) {
	var c bpe.Config
	for _, s := range Reserved() {
		c.Tokens = append(c.Tokens, s.Content)
	}
	for _, b := range bpe.ByteLevel.Order {
		c.Tokens = append(c.Tokens, bpe.ByteLevel.Encode(string([]byte{b})))
	}
	for _, m := range merges {
		c.Tokens = append(c.Tokens, c.Tokens[m.Left]+c.Tokens[m.Right])
	}
	c.Merges = merges
	m, err := bpe.New(c)
	if err != nil {
		return nil, err
	}
	return newTokenizer(gpt2Steps(), Reserved(), func(byteLevel bool) (model, error) { return bpeModel(m, byteLevel), nil })
}

// gpt2Steps are GPT-2's. The post-processor adds no token: one vocabulary
// serves objectives that frame a text differently (<cls> … <sep> for mlm,
// <s> … </s> for clm, … </s> for span), so whoever builds the sample adds them.
func gpt2Steps() steps {
	return steps{
		PreTokenizer:  []byte(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`),
		PostProcessor: []byte(`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}`),
		Decoder:       []byte(`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}`),
	}
}
