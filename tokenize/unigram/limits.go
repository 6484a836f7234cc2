package unigram

// The caps on every size that comes from input.
const (
	// MaxVocab bounds the tokens of a vocabulary.
	MaxVocab = 1 << 21

	// MaxTokenBytes is the longest token. Encoding takes at most that many steps
	// a byte, and some five where vocabularies are of words.
	MaxTokenBytes = 1 << 16

	// maxWindow bounds what an encoder holds of the ways through a long piece, in
	// bytes of text; 16 bytes of memory each. Only where tokens overlap, or
	// characters are unknown, all along so many bytes may ids differ from Hugging
	// Face's.
	maxWindow = 1 << 20

	// minWindow is how much of a piece is looked at together before the encoder
	// looks for a place to let go of it.
	minWindow = 1 << 13

	// wordBytes bounds the distinct words that [Train] holds where the caller sets
	// no bound.
	wordBytes = 16 << 20
)
