package toxic

const (
	// maxPhrase is the longest entry of a word list, in tokens.
	maxPhrase = 16
	// maxLexicon is the bytes of a word list.
	maxLexicon = 1 << 20
	// maxDisguise is the bytes of a word that is looked at for its true spelling,
	// and maxSpaced the letters of one that is written letter by letter.
	maxDisguise = 32
	maxSpaced   = 24
	// maxTokens is the tokens of a text that are measured: as many as the filter
	// measures of a document.
	maxTokens = 1 << 18
	// maxParagraphs is the toxic paragraphs of a text that are edited one by one.
	maxParagraphs = 1 << 17
	// maxLabelled is the bytes of all texts that a model is trained on, and
	// maxRecord those of a line of JSON.
	maxLabelled = 256 << 20
	maxRecord   = 32 << 20
)
