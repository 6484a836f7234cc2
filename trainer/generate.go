package trainer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"corpus"
)

// maxPrompt bounds the tokens of a prompt for models without a table of
// positions: what BLOOM was trained on, four times what T5 was trained on. Attention's memory grows with the
// square; here it is 16 MB a head.
const maxPrompt = 2048

// Generation says what to generate.
type Generation struct {
	Sampling
	MaxNew int     // tokens to generate at most; 0 = 128
	Ban    []int32 // tokens that are never generated
}

// Generate continues a prompt (a decoder) or answers it (t5, which reads it with the
// end token behind it, and bart, in whose frame it is), token by token, until the end token, MaxNew tokens, or
// the last position of the model. emit is called for each token; its error ends
// generation. The end token is neither emitted nor returned.
func Generate(m Model, c Config, prompt []int32, g Generation, emit func(int32) error) (_ []int32, err error) {
	if err := g.validate(); err != nil {
		return nil, err
	}
	in, feed, limit, err := g.context(c, prompt)
	if err != nil {
		return nil, err
	}
	s, err := m.Begin(in)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	return g.loop(s, c, feed, limit, emit)
}

// context is what the model reads first: the encoder's row and the decoder's
// first tokens, and how many tokens may follow.
func (g Generation) context(c Config, prompt []int32) (in Batch, feed []int32, limit int, err error) {
	limit = g.MaxNew
	if limit == 0 {
		limit = 128
	}
	for _, id := range prompt {
		if id < 0 || int(id) >= c.Vocab {
			return in, nil, 0, corpus.Errorf(corpus.Usage, "token %d is outside the vocabulary of %d", id, c.Vocab)
		}
	}
	if len(prompt) > maxPrompt {
		return in, nil, 0, corpus.Errorf(corpus.Usage, "the prompt has %d tokens, at most %d are read", len(prompt), maxPrompt)
	}
	switch c.Stacks() {
	case DecoderOnly:
		if len(prompt) == 0 { // the end of one text is where the next begins
			prompt = []int32{int32(c.EOS)}
		}
		if c.MaxPositions == 0 {
			return Batch{Rows: 1}, prompt, limit, nil
		}
		if len(prompt) >= c.MaxPositions {
			return in, nil, 0, corpus.Errorf(corpus.Usage, "the prompt has %d tokens, the model has room for %d with what it generates", len(prompt), c.MaxPositions)
		}
		// The last token generated is never fed, so it needs no position.
		return Batch{Rows: 1}, prompt, min(limit, c.MaxPositions-len(prompt)+1), nil
	case EncoderDecoder:
		row, feed := c.framed(prompt), []int32{int32(c.DecStart)}
		if c.first() >= 0 {
			feed = append(feed, int32(c.first()))
		}
		if c.MaxPositions > 0 {
			if len(row) > c.MaxPositions {
				return in, nil, 0, corpus.Errorf(corpus.Usage, "the prompt has %d tokens with its frame, the model reads %d", len(row), c.MaxPositions)
			}
			limit = min(limit, c.MaxPositions-len(feed)+1)
		}
		return Batch{Rows: 1, Cols: len(row), Input: row}, feed, limit, nil
	}
	return in, nil, 0, corpus.Errorf(corpus.Usage, "a %s model does not generate; give it a text with <mask> to fill in", c.Family)
}

// framed is a prompt as an encoder with a decoder reads it.
func (c Config) framed(prompt []int32) []int32 {
	row := slices.Clone(prompt)
	if c.first() >= 0 && (len(row) == 0 || int(row[0]) != c.first()) {
		row = slices.Insert(row, 0, int32(c.first()))
	}
	if len(row) == 0 || row[len(row)-1] != int32(c.EOS) {
		row = append(row, int32(c.EOS))
	}
	return row
}

func (g Generation) loop(s Session, c Config, feed []int32, limit int, emit func(int32) error) ([]int32, error) {
	r := stream(domainSample, g.Seed)
	var out []int32
	for len(out) < limit {
		logits, err := s.Next(feed)
		if err != nil {
			return out, err
		}
		id, err := g.next(logits, c, r)
		if err != nil || id == int32(c.EOS) {
			return out, err
		}
		out, feed = append(out, id), []int32{id}
		if emit != nil {
			if err := emit(id); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// next checks the logits of one row and chooses.
func (g Generation) next(logits []float32, c Config, r *rand.Rand) (int32, error) {
	if len(logits) != c.Vocab {
		return 0, fmt.Errorf("the model gave %d logits for a vocabulary of %d", len(logits), c.Vocab)
	}
	for i, x := range logits {
		if math.IsNaN(float64(x)) {
			return 0, corpus.Errorf(corpus.Corrupt, "the model's logit of token %d is not a number; its weights are damaged", i)
		}
	}
	for _, id := range g.Ban {
		if id >= 0 && int(id) < len(logits) && id != int32(c.EOS) {
			logits[id] = float32(math.Inf(-1))
		}
	}
	return g.choose(logits, r), nil
}
