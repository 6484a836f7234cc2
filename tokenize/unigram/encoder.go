package unigram

import "unicode/utf8"

// Encoder encodes pieces with one model. What it holds grows with the longest
// piece, 16 bytes for each of its bytes, up to 16 MB. It is for one goroutine.
type Encoder struct {
	model *Model
	best  []arrival // by place in the window
	path  []arrival
}

// arrival is the best way to a place: all that ends there, and its last token.
// The order of additions is that of Hugging Face's encoder, in 64 bits, so that
// what is rounded there is here.
type arrival struct {
	score float64
	from  int32 // where the last token begins, or -1: no way yet
	id    uint32
}

// NewEncoder makes an encoder.
func (m *Model) NewEncoder() *Encoder { return &Encoder{model: m} }

// Append appends the ids of a piece, which is valid UTF-8, to dst: those of the
// likeliest way to put it together, of equal ones that whose tokens begin
// earliest. Unknown characters in a row are one unknown token, or the tokens of
// their bytes. Ids are those of Hugging Face tokenizers 0.23 but for what
// limits.go says of a piece of a megabyte and more.
func (e *Encoder) Append(dst []uint32, piece string) []uint32 {
	score := 0.0
	for piece != "" {
		n := e.search(piece, score)
		score = e.best[n].score
		dst = e.trace(dst, piece[:n])
		piece = piece[n:]
	}
	return dst
}

// search finds the best ways through the beginning of a text, to which score has
// led, and gives how far: to the end, or, in a long text, to a place that no
// token goes across, so that what follows has nothing to do with it. Neither is
// it within unknown characters, which are to stay together.
func (e *Encoder) search(text string, score float64) int {
	e.best = append(e.best[:0], arrival{score: score})
	reached := 0 // the farthest end so far
	for at := 0; at < len(text); {
		if at == reached && at >= minWindow && e.best[at].id != e.model.Unk() {
			return at
		}
		if at+e.model.longest > maxWindow && at > 0 {
			return at
		}
		char := charBytes(text[at])
		reached = max(reached, e.step(text, at, char))
		at += char
	}
	return len(text)
}

// step extends the best way to at by every token that begins there, and by an
// unknown character where no token is that character alone. It gives the
// farthest end.
func (e *Encoder) step(text string, at, char int) int {
	t, node := e.model.trie, e.model.trie.Root()
	sofar := e.best[at].score
	known, last := false, at+char
	for i := at; i < len(text); i++ {
		if node = t.Child(node, text[i]); node == 0 {
			break
		}
		if node.Ends() {
			last = i + 1
			known = known || last == at+char
			e.arrive(last, at, node.Value(), sofar+e.model.scores[node.Value()])
		}
	}
	if !known {
		e.arrive(at+char, at, e.model.Unk(), sofar+e.model.unkScore)
	}
	return max(last, at+char)
}

// arrive keeps a way if it is the first or better than the one there is; of
// equal ones the earlier stays.
func (e *Encoder) arrive(end, from int, id uint32, score float64) {
	for len(e.best) <= end {
		e.best = append(e.best, arrival{from: -1})
	}
	if b := &e.best[end]; b.from < 0 || score > b.score {
		*b = arrival{score, int32(from), id}
	}
}

// charBytes is how many bytes the character has that begins with c.
func charBytes(c byte) int {
	switch {
	case c < 0x80:
		return 1
	case c < 0xE0:
		return 2
	case c < 0xF0:
		return 3
	}
	return utf8.UTFMax
}

// trace appends the ids of the best way through all of text.
func (e *Encoder) trace(dst []uint32, text string) []uint32 {
	unk := e.model.Unk()
	e.path = e.path[:0]
	for end := len(text); end > 0; end = int(e.best[end].from) {
		e.path = append(e.path, arrival{from: e.best[end].from, id: e.best[end].id})
	}
	for i := len(e.path) - 1; i >= 0; i-- {
		if e.path[i].id != unk {
			dst = append(dst, e.path[i].id)
			continue
		}
		from := e.path[i].from
		for i > 0 && e.path[i-1].id == unk {
			i--
		}
		end := len(text)
		if i > 0 {
			end = int(e.path[i-1].from)
		}
		dst = e.model.unknown(dst, text[from:end])
	}
	return dst
}

// unknown appends the ids of characters that are unknown one by one. Together
// they may be a token all the same, as Hugging Face looks them up.
func (m *Model) unknown(dst []uint32, run string) []uint32 {
	if id, ok := m.trie.Find(run); ok {
		return append(dst, id)
	}
	before := len(dst)
	for i := range len(run) {
		id := m.bytes[run[i]]
		if id < 0 {
			return append(dst[:before], m.Unk())
		}
		dst = append(dst, uint32(id))
	}
	return dst
}
