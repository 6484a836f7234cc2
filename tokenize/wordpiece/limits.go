package wordpiece

// The caps on every size that comes from input.
const (
	// MaxVocab bounds the ids of a vocabulary, those that no token has included.
	MaxVocab = 1 << 21

	// MaxTokenBytes is the longest token. Encoding takes at most that many steps
	// a byte, and about one and a half where vocabularies are of words.
	MaxTokenBytes = 1 << 16

	// MaxPrefixBytes is the longest continuing_subword_prefix.
	MaxPrefixBytes = 64
)
