//go:build torch

package torch

import (
	"errors"
	"fmt"

	"corpus/trainer"
	"corpus/trainer/torch/shim"
)

// decoding is a network's state between calls of Next.
type decoding interface {
	next(s *scope, ids []int32) (logits tensor, err error)
	free()
}

var errClosed = errors.New("the session or its model is closed")

// session is a trainer.Session.
type session struct {
	m    *Model
	d    decoding
	rows int
}

// Begin starts generation; see trainer.Model. A decoder-only model reads nothing
// here: in gives the number of rows, and the prompt goes to Next.
func (m *Model) Begin(in trainer.Batch) (trainer.Session, error) {
	ses := &session{m: m, rows: in.Rows}
	if m.cfg.Stacks() == trainer.EncoderOnly {
		ses.rows = in.Rows * in.Cols
	}
	err := m.native(func(s *scope) error {
		defer shim.SetGrad(shim.SetGrad(false))
		d, err := m.net.begin(s, in)
		if err = errors.Join(err, s.err); err != nil && d != nil {
			d.free()
		}
		ses.d = d
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin generation: %w", err)
	}
	return ses, nil
}

// Next feeds ids and returns logits; see trainer.Session.
func (ses *session) Next(ids []int32) ([]float32, error) {
	logits := make([]float32, ses.rows*ses.m.cfg.Vocab)
	err := ses.m.native(func(s *scope) error {
		if ses.d == nil {
			return errClosed
		}
		defer shim.SetGrad(shim.SetGrad(false))
		t, err := ses.d.next(s, ids)
		if err != nil {
			return err
		}
		s.download(t, logits)
		return s.err
	})
	if err != nil {
		return nil, fmt.Errorf("next token: %w", err)
	}
	return logits, nil
}

// Close frees the caches. A second call does nothing.
func (ses *session) Close() error {
	if ses.m.closed {
		ses.d = nil
		return nil
	}
	return ses.m.native(func(*scope) error {
		if ses.d != nil {
			ses.d.free()
			ses.d = nil
		}
		return nil
	})
}

// newPositions is how many positions ids add to each row.
func newPositions(c trainer.Config, ids []int32, rows, past int) (int, error) {
	n := len(ids) / rows
	if n < 1 || n*rows != len(ids) {
		return 0, fmt.Errorf("%d ids do not fill %d rows", len(ids), rows)
	}
	if c.MaxPositions > 0 && past+n > c.MaxPositions {
		return 0, fmt.Errorf("%d positions, the model has %d", past+n, c.MaxPositions)
	}
	return n, checkIDs(c, "ids", ids)
}

// last picks of [rows·n, width] the last position of each row: [rows, width].
func (s *scope) last(x tensor, rows, n, width int) tensor {
	return s.selectAt(s.view(x, int64(rows), int64(n), int64(width)), 1, int64(n-1))
}

func freeCaches(caches []cache) {
	for i := range caches {
		caches[i].free()
	}
}
