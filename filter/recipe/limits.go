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
)

// Memory is the most bytes that a meter holds: 33 for a token, the hash of the
// n-gram that begins at it, in slices that have grown a quarter too long, and the
// table that counts n-grams, at most half full.
const Memory = maxTokens*(33+8)*5/4 + 2*maxTokens*16
