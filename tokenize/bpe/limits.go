package bpe

// The caps on every size that comes from input.
const (
	// MaxVocab is the largest vocabulary that is trained or read.
	MaxVocab = 1 << 21

	// MaxTrainBytes bounds the distinct words that [Train] holds, in bytes of
	// text. Beyond it rare words are sampled, see [Train]. It is a constant, never
	// a share of the machine's memory, so that the vocabulary does not depend on
	// the machine.
	MaxTrainBytes = 16 << 20

	// maxTrainPairs is how many pairs of symbols [Train] holds, or twice the
	// vocabulary where that is more; beyond it the rarer half is forgotten.
	maxTrainPairs = 1 << 20

	// MaxMergeBytes is the longest word that is merged whole when encoding; a
	// longer one is cut into pieces of this size, which bounds the memory to
	// some 50 MB. Only there ids may differ from Hugging Face's.
	MaxMergeBytes = 1 << 20

	// keepMergeBytes is the length of word whose working memory an encoder
	// keeps for the next.
	keepMergeBytes = 1 << 16
)
