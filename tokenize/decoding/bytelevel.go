package decoding

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"corpus/tokenize/normal"
)

// ByteLevel takes tokens in GPT-2's characters for the bytes they stand for. A
// token with any other character, such as an added one, stands for itself. The
// bytes of all tokens are one text, in which each maximal ill-formed piece
// becomes one U+FFFD. The fields have no part in decoding.
type ByteLevel struct {
	AddPrefixSpace bool `json:"add_prefix_space"`
	TrimOffsets    bool `json:"trim_offsets"`
	UseRegex       bool `json:"use_regex"`
}

// Decode implements Decoder.
func (ByteLevel) Decode(tokens []string) []string {
	var all []byte
	for _, t := range tokens {
		all = appendBytes(all, t)
	}
	return []string{repair(string(all))}
}

// appendBytes appends the bytes that token stands for.
func appendBytes(dst []byte, token string) []byte {
	start := len(dst)
	for _, r := range token {
		b, ok := normal.RuneByte(r)
		if !ok {
			return append(dst[:start], token...)
		}
		dst = append(dst, b)
	}
	return dst
}

// ByteFallback takes runs of tokens such as <0x61> for bytes. A run that is not
// UTF-8 becomes one U+FFFD for each of its bytes.
type ByteFallback struct{}

// Decode implements Decoder.
func (ByteFallback) Decode(tokens []string) []string {
	out := make([]string, 0, len(tokens))
	var run []byte
	for _, t := range tokens {
		if b, ok := byteToken(t); ok {
			run = append(run, b)
			continue
		}
		out = append(appendRun(out, run), t)
		run = run[:0]
	}
	return appendRun(out, run)
}

// byteToken is the byte of a token <0x61>. As Rust's parser does, it allows a
// plus sign in the place of the first digit.
func byteToken(token string) (byte, bool) {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	digits := strings.TrimPrefix(token[3:5], "+")
	n, err := strconv.ParseUint(digits, 16, 8)
	return byte(n), err == nil
}

func appendRun(out []string, run []byte) []string {
	switch {
	case len(run) == 0:
		return out
	case utf8.Valid(run):
		return append(out, string(run))
	}
	for range run {
		out = append(out, "\uFFFD")
	}
	return out
}
