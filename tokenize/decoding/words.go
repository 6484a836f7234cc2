package decoding

import (
	"slices"
	"strings"
)

// WordPiece joins tokens that begin with Prefix to the token before them, and
// puts a space before the others. Cleanup takes spaces out before punctuation
// and English contractions, in each token for itself.
type WordPiece struct {
	Prefix  string `json:"prefix"`
	Cleanup bool   `json:"cleanup"`
}

// Decode implements Decoder.
func (w WordPiece) Decode(tokens []string) []string {
	return each(tokens, func(i int, t string) string {
		if i > 0 {
			if rest, ok := strings.CutPrefix(t, w.Prefix); ok {
				t = rest
			} else {
				t = " " + t
			}
		}
		if w.Cleanup {
			t = cleanup(t)
		}
		return t
	})
}

// cleanups are applied in this order
// (huggingface/tokenizers, src/decoders/wordpiece.rs).
func cleanups() [][2]string {
	return [][2]string{
		{" .", "."},
		{" ?", "?"},
		{" !", "!"},
		{" ,", ","},
		{" ' ", "'"},
		{" n't", "n't"},
		{" 'm", "'m"},
		{" do not", " don't"},
		{" 's", "'s"},
		{" 've", "'ve"},
		{" 're", "'re"},
	}
}

func cleanup(t string) string {
	if !strings.Contains(t, " ") {
		return t
	}
	for _, c := range cleanups() {
		t = strings.ReplaceAll(t, c[0], c[1])
	}
	return t
}

// BPE replaces the mark of a word's end by a space, and by nothing in the last
// token.
type BPE struct {
	Suffix string `json:"suffix"`
}

// Decode implements Decoder.
func (b BPE) Decode(tokens []string) []string {
	return each(tokens, func(i int, t string) string {
		if i == len(tokens)-1 {
			return strings.ReplaceAll(t, b.Suffix, "")
		}
		return strings.ReplaceAll(t, b.Suffix, " ")
	})
}

// CTC drops repeated tokens and PadToken; with Cleanup it also makes spaces of
// WordDelimiterToken and cleans up as WordPiece does (Graves et al. 2006,
// "Connectionist temporal classification").
type CTC struct {
	PadToken           string `json:"pad_token"`
	WordDelimiterToken string `json:"word_delimiter_token"`
	Cleanup            bool   `json:"cleanup"`
}

// Decode implements Decoder.
func (c CTC) Decode(tokens []string) []string {
	var out []string
	for _, t := range slices.Compact(slices.Clone(tokens)) {
		t = strings.ReplaceAll(t, c.PadToken, "")
		if c.Cleanup {
			t = strings.ReplaceAll(cleanup(t), c.WordDelimiterToken, " ")
		}
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}
