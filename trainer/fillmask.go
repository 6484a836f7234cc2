package trainer

import (
	"corpus"
)

// Blank is one masked position of a row and the most likely tokens for it.
type Blank struct {
	Position   int // in ids, without the frame
	Candidates []Candidate
}

// FillMask predicts the tokens at every mask of ids, which are framed as in
// training; k is how many candidates to give for each, most likely first. Their
// probabilities are over the whole vocabulary; reserved tokens are left out.
func FillMask(m Model, c Config, special Special, ids []int32, k int) (_ []Blank, err error) {
	if c.Stacks() != EncoderOnly {
		return nil, corpus.Errorf(corpus.Usage, "a %s model does not fill masks; give it a prompt to continue", c.Family)
	}
	if len(ids)+2 > c.MaxPositions {
		return nil, corpus.Errorf(corpus.Usage, "the text has %d tokens, the model reads %d", len(ids), c.MaxPositions-2)
	}
	row := append(append([]int32{special.CLS}, ids...), special.SEP)
	s, err := m.Begin(Batch{Rows: 1, Cols: len(row), Input: row})
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	logits, err := s.Next(nil)
	if err != nil {
		return nil, err
	}
	if len(logits) != len(row)*c.Vocab {
		return nil, corpus.Errorf(corpus.Other, "the model gave %d logits for %d tokens", len(logits), len(row))
	}
	reserved := special.set(c.Vocab)
	var blanks []Blank
	for i, id := range ids {
		if id == special.Mask {
			at := (i + 1) * c.Vocab
			blanks = append(blanks, Blank{i, best(logits[at:at+c.Vocab], k, reserved)})
		}
	}
	if blanks == nil {
		return nil, corpus.Errorf(corpus.Usage, "the text has no mask to fill; write <mask> where a word is wanted")
	}
	return blanks, nil
}

// best is the k most likely tokens that are not reserved, with their share of
// the whole vocabulary's probability.
func best(logits []float32, k int, reserved []bool) []Candidate {
	all := candidates(logits)
	softmax(all, 1)
	list := likeliest(logits, k, reserved)
	for i := range list {
		list[i].P = all[list[i].ID].P
	}
	return list
}
