//go:build torch

package torch

import (
	"errors"
	"fmt"

	"corpus/trainer"
)

// check refuses a batch that a network of this configuration cannot read.
func check(c trainer.Config, b trainer.Batch) error {
	if err := checkGrid(c, "input", b.Rows, b.Cols, b.Input, b.Mask); err != nil {
		return err
	}
	if b.Documents != nil && len(b.Documents) != len(b.Input) {
		return fmt.Errorf("documents of %d positions for %d ids", len(b.Documents), len(b.Input))
	}
	if c.Stacks() == trainer.EncoderDecoder {
		if b.Documents != nil {
			return errors.New("an encoder-decoder does not keep the documents of a row apart")
		}
		return checkGrid(c, "decoder", b.Rows, b.DecCols, b.Decoder, b.DecMask)
	}
	return nil
}

func checkGrid(c trainer.Config, what string, rows, cols int, ids []int32, mask []uint8) error {
	switch {
	case rows < 1 || cols < 1:
		return fmt.Errorf("%s: %d rows × %d columns, both must be at least 1", what, rows, cols)
	case len(ids) != rows*cols:
		return fmt.Errorf("%s: %d ids for %d rows × %d columns", what, len(ids), rows, cols)
	case mask != nil && len(mask) != len(ids):
		return fmt.Errorf("%s: mask has %d entries for %d ids", what, len(mask), len(ids))
	case c.MaxPositions > 0 && cols > c.MaxPositions:
		return fmt.Errorf("%s: %d columns, the model has %d positions", what, cols, c.MaxPositions)
	}
	return checkIDs(c, what, ids)
}

func checkIDs(c trainer.Config, what string, ids []int32) error {
	for i, id := range ids {
		if id < 0 || int(id) >= c.Vocab {
			return fmt.Errorf("%s: id %d at %d is outside the vocabulary of %d", what, id, i, c.Vocab)
		}
	}
	return nil
}

// targets are the predicted positions of a batch and their labels.
type targets struct {
	at, label []int64
	of        int // positions in all
}

func newTargets(c trainer.Config, b trainer.Batch) (targets, error) {
	t := targets{of: len(b.Input)}
	if c.Stacks() == trainer.EncoderDecoder {
		t.of = len(b.Decoder)
	}
	if len(b.Labels) != t.of {
		return t, fmt.Errorf("%d labels for %d positions", len(b.Labels), t.of)
	}
	for i, label := range b.Labels {
		if label == trainer.Ignore {
			continue
		}
		if label < 0 || int(label) >= c.Vocab {
			return t, fmt.Errorf("label %d at %d is outside the vocabulary of %d", label, i, c.Vocab)
		}
		t.at = append(t.at, int64(i))
		t.label = append(t.label, int64(label))
	}
	return t, nil
}

// grid uploads ids as [rows, cols].
func (s *scope) grid(ids []int32, rows, cols int) tensor {
	wide := make([]int64, len(ids))
	for i, id := range ids {
		wide[i] = int64(id)
	}
	return s.ints(wide, int64(rows), int64(cols))
}
