package trainer

// Tokens is a stream of token ids: document after document, each followed by
// the end-of-text token. shards.Tokens is one.
type Tokens interface {
	// Len is the length of the stream in tokens.
	Len() int64
	// Read fills dst with the tokens from position at on.
	Read(dst []int32, at int64) error
}

// Special names the reserved ids of a vocabulary that objectives and generation
// use; tokenizer.json declares them.
type Special struct {
	Pad  int32 `json:"pad"`
	BOS  int32 `json:"bos"`
	EOS  int32 `json:"eos"`
	Unk  int32 `json:"unk"`
	CLS  int32 `json:"cls"`
	SEP  int32 `json:"sep"`
	Mask int32 `json:"mask"`
	// Sentinels are the ids of <extra_id_0>, <extra_id_1>, … in this order.
	Sentinels []int32 `json:"sentinels"`
}

// set marks the reserved ids in a table of the vocabulary's size.
func (s Special) set(vocab int) []bool {
	table := make([]bool, vocab)
	for _, id := range append([]int32{s.Pad, s.BOS, s.EOS, s.Unk, s.CLS, s.SEP, s.Mask}, s.Sentinels...) {
		if id >= 0 && int(id) < vocab {
			table[id] = true
		}
	}
	return table
}
