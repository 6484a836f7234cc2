package recipe

const (
	// maxMeasured is the bytes of a document that are measured, cut at a whole
	// character; a longer one is judged by its beginning. 100,000 words, the most
	// that Gopher allows, fit in it in every script, with the ten characters a
	// word that it allows too.
	maxMeasured = 4 << 20
	// maxTokens is the tokens of a document that are measured, and its lines:
	// 160,000 words, the most of a Chinese text, and the marks between them.
	maxTokens = 1 << 18
	// pieceBytes is the bytes that spaCy's tokenizer is given at a time, so that no
	// more than maxTokens tokens too many are cut.
	pieceBytes = 1 << 18
)

// Memory is the most bytes that a meter holds: 34 for a token, of which the spans
// may be twice as many, and 13 for the n-gram that begins at it, in slices that
// have grown a quarter too long; the table that counts n-grams, at most half full;
// the tokens without spaces, and the text without what C4 cuts, in lower case too;
// its edits, two a line; and spaCy's own buffers. Dolma and DCLM hold less: 40 for
// a word, and 130 for a line that is cut or for an address.
const Memory = maxTokens*(34+12+13)*5/4 + 2*maxTokens*16 + 5*maxMeasured + 2*maxTokens*48*5/4 + 16<<20
