package bpe

// The caps on every size that comes from input.
const (
	// MaxVocab is the largest vocabulary that is trained or read.
	MaxVocab = 1 << idBits

	// wordBytes bounds the distinct words that [Train] holds where the caller sets
	// no bound.
	wordBytes = 16 << 20

	// MaxMerges is the largest number of merges that is read, of pairs listed
	// again too: a token may be made in several ways.
	MaxMerges = 1<<rankBits - 1

	// MaxTokenBytes is the longest token that is read.
	MaxTokenBytes = 1 << 16

	// MaxAffixBytes is the longest continuing_subword_prefix or end_of_word_suffix.
	MaxAffixBytes = 64

	// MaxMergeSymbols is the longest piece that is merged whole when encoding, in
	// bytes of byte-level models and in characters of others; a longer one is cut
	// into pieces of this size, which bounds the memory to some 50 MB. Only there
	// ids may differ from Hugging Face's.
	MaxMergeSymbols = 1 << 20

	// keepSymbols is the length of piece whose working memory an encoder keeps
	// for the next.
	keepSymbols = 1 << 16
)
