package bpe

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
)

// FromRanks gives the model of a tiktoken vocabulary: its tokens, in bytes, by
// rank, which is their id; a rank with "" has no token.
//
// tiktoken joins, of all neighbours whose bytes together are a token, those of
// the lowest rank first. What becomes a token t comes together just as it does
// where t stands alone, for nothing else has crossed its ends: so t is always
// made of the same two tokens, and a list of such merges by rank gives the ids
// of tiktoken. Tokens that do not come together so are only ever whole pieces.
func FromRanks(tokens []string) (Config, error) {
	r := &ranked{tokens: tokens}
	if err := r.start(); err != nil {
		return Config{}, err
	}
	c := Config{Tokens: make([]string, len(tokens)), Merges: r.merges(), IgnoreMerges: true, unmerged: r.unmerged}
	for id, token := range tokens {
		c.Tokens[id] = ByteLevel.Encode(token)
	}
	return c, nil
}

// ranked finds the merges of tokens.
type ranked struct {
	tokens []string
	model  Model // of the merges so far, whose ranks are those of their tokens

	unmerged []uint32 // tokens that are only ever whole pieces
}

// start numbers the bytes.
func (r *ranked) start() error {
	if len(r.tokens) > MaxVocab {
		return fmt.Errorf("%d ranks, allowed are %d", len(r.tokens), MaxVocab)
	}
	m := &r.model
	for b := range m.bytes {
		m.bytes[b] = none
	}
	m.ranks, m.byteLevel = makeMergeTable(len(r.tokens)), true
	seen := make(map[string]int, len(r.tokens))
	for id, token := range r.tokens {
		if first, ok := seen[token]; ok && token != "" {
			return fmt.Errorf("%.60q has the ranks %d and %d", token, first, id)
		}
		if len(token) > MaxTokenBytes/2 { // two bytes a character
			return fmt.Errorf("rank %d: a token of %d bytes, allowed are %d", id, len(token), MaxTokenBytes/2)
		}
		seen[token] = id
		m.ranks.ids[id] = uint32(id)
		if len(token) == 1 {
			m.bytes[token[0]] = uint32(id)
		}
	}
	for b, id := range m.bytes {
		if id == none {
			return fmt.Errorf("the byte 0x%02X has no rank", b)
		}
	}
	return nil
}

// merges finds the merges of shorter tokens first, of which longer ones are made.
func (r *ranked) merges() []Merge {
	merges := make([]Merge, 0, len(r.tokens))
	r.unmerged = []uint32{}
	enc := r.model.NewEncoder()
	order := r.byLength()
	r.model.ranks.indexBytes(&r.model.bytes)
	var parts []uint32
	for i, id := range order {
		token := r.tokens[id]
		if i > 0 && len(token) > 2 && len(r.tokens[order[i-1]]) == 2 {
			r.model.ranks.indexBytes(&r.model.bytes)
		}
		if parts = enc.AppendBytes(parts[:0], token); len(parts) == 2 {
			merge := Merge{parts[0], parts[1], id}
			r.model.ranks.put(merge, id)
			merges = append(merges, merge)
		} else {
			r.unmerged = append(r.unmerged, id)
		}
	}
	slices.SortFunc(merges, func(a, b Merge) int { return cmp.Compare(a.ID, b.ID) })
	return merges
}

// byLength lists the tokens of two bytes and more.
func (r *ranked) byLength() []uint32 {
	var order []uint32
	for id, token := range r.tokens {
		if len(token) > 1 {
			order = append(order, uint32(id))
		}
	}
	slices.SortStableFunc(order, func(a, b uint32) int { return cmp.Compare(len(r.tokens[a]), len(r.tokens[b])) })
	return order
}

// ReadTiktoken reads a .tiktoken file, lines of a token in base64 and its rank,
// and gives the model by [FromRanks].
func ReadTiktoken(data []byte) (Config, error) {
	tokens, err := readRanks(data)
	if err != nil {
		return Config{}, err
	}
	return FromRanks(tokens)
}

func readRanks(data []byte) (tokens []string, err error) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		text, number, ok := bytes.Cut(line, []byte(" "))
		rank, err := strconv.ParseUint(string(number), 10, 32)
		if !ok || err != nil || rank >= MaxVocab {
			return nil, fmt.Errorf("line %d: %.60q is not a token in base64 and a rank below %d", n, line, MaxVocab)
		}
		token, err := base64.StdEncoding.AppendDecode(nil, text)
		if err != nil || len(token) == 0 {
			return nil, fmt.Errorf("line %d: %.60q is not a token in base64", n, text)
		}
		if int(rank) >= len(tokens) {
			tokens = slices.Grow(tokens, int(rank)+1-len(tokens))[:rank+1]
		}
		if tokens[rank] != "" {
			return nil, fmt.Errorf("line %d: %q and %q have the same rank %d", n, tokens[rank], token, rank)
		}
		tokens[rank] = string(token)
	}
	return tokens, nil
}
