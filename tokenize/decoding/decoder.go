package decoding

import "strings"

// Decoder rewrites tokens. All types of this package that implement it are also
// written as JSON the way `tokenizers` writes them.
type Decoder interface {
	// Decode is the tokens rewritten; joined, they are the text. It leaves the
	// tokens it is given as they are, and may return them.
	Decode(tokens []string) []string
}

// Text is the text of tokens; without a decoder they are words.
func Text(d Decoder, tokens []string) string {
	if d == nil {
		return strings.Join(tokens, " ")
	}
	return strings.Join(d.Decode(tokens), "")
}

// Sequence decodes with one after the other.
type Sequence []Decoder

// Decode implements Decoder.
func (s Sequence) Decode(tokens []string) []string {
	for _, d := range s {
		tokens = d.Decode(tokens)
	}
	return tokens
}

// Fuse joins all tokens into one.
type Fuse struct{}

// Decode implements Decoder.
func (Fuse) Decode(tokens []string) []string { return []string{strings.Join(tokens, "")} }

// each applies f to every token and its place.
func each(tokens []string, f func(i int, token string) string) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = f(i, t)
	}
	return out
}
