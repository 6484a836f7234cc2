package spacy

const (
	// matchBytes is the longest string that may be an exception by expression;
	// real ones are words with hyphens and numbers of some dozen bytes.
	matchBytes = 256
	// memoBytes is the string length from which on a failed loop of an
	// expression is remembered, so that none is tried twice.
	memoBytes = 64
	// batchTokens is how many tokens of a text are held before they are handed on.
	batchTokens = 4096
)
