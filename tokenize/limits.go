package tokenize

// The caps on every size that comes from input.
const (
	// MaxWordBytes is the longest word that is counted for training. A longer
	// one (base64, minified code, a page without any space) is skipped and
	// counted in [CountStats]; encoding has no such limit.
	MaxWordBytes = 1024

	// MaxTrainBytes bounds the distinct words that [Train] holds, in bytes of
	// text. Beyond it rare words are sampled, see [Train]. It is a constant, never
	// a share of the machine's memory, so that the vocabulary does not depend on
	// the machine.
	MaxTrainBytes = 16 << 20

	// maxTrainPairs is how many pairs of symbols [Train] holds, or twice the
	// vocabulary where that is more; beyond it the rarer half is forgotten.
	maxTrainPairs = 1 << 20

	// minCounter is the memory, in bytes, at which a counter is spilled when the
	// ceiling leaves no more.
	minCounter = 4 << 20

	// tableFanIn and fileFanIn are how many tables and count files are merged at
	// a time: each open table takes 6 to 14 MB, each file a buffer of 64 kB.
	tableFanIn = 8
	fileFanIn  = 64

	// MaxVocab is the largest vocabulary that is trained or read.
	MaxVocab = 1 << 21

	// MaxTokenBytes is the longest token that is read from a tokenizer.json.
	MaxTokenBytes = 1 << 16

	// MaxSpecials is the largest number of special tokens that is read.
	MaxSpecials = 1 << 14

	// MaxJSONBytes is the largest tokenizer.json that is read.
	MaxJSONBytes = 256 << 20

	// MaxSpecialBytes is the longest special token that is read.
	MaxSpecialBytes = 256

	// MaxMergeBytes is the longest word that is merged whole when encoding; a
	// longer one is cut into pieces of this size, which bounds the memory to
	// some 50 MB. Only there ids may differ from Hugging Face's.
	MaxMergeBytes = 1 << 20

	// keepMergeBytes is the length of word whose working memory an encoder
	// keeps for the next.
	keepMergeBytes = 1 << 16
)
