package trainer

import (
	"errors"
	"maps"
	"path"
	"slices"

	"corpus/internal/fsx"
	"corpus/trainer/tensorboard"
)

// eventFile is metrics.jsonl as TensorBoard reads it, which wants tfevents in a name:
// a function of that file.
const eventFile = "events.out.tfevents.corpus"

// openEvents writes the event file of the metrics up to a step, and opens it for
// appending.
func openEvents(fsys fsx.FS, dir string, step int64) (fsx.File, error) {
	s, err := fsx.Stage(fsys, dir, eventFile)
	if err != nil {
		return nil, err
	}
	b := tensorboard.AppendHeader(nil, 0)
	_, err = metricsUpTo(fsys, path.Join(dir, metricsFile), step, func(m Metric) error {
		b = appendEvent(b, m)
		_, err := s.Write(b)
		b = b[:0]
		return err
	})
	if err == nil {
		_, err = s.Write(b)
	}
	if err != nil {
		return nil, errors.Join(err, s.Abort())
	}
	if err := s.Commit(func(string) string { return eventFile }); err != nil {
		return nil, err
	}
	return fsys.Append(path.Join(dir, eventFile))
}

// appendEvent appends a metric's numbers.
func appendEvent(dst []byte, m Metric) []byte {
	if m.Rollback != nil {
		return dst
	}
	var all []tensorboard.Scalar
	add := func(tag string, v *float64) {
		if v != nil {
			all = append(all, tensorboard.Scalar{Tag: tag, Value: *v})
		}
	}
	each := func(tag string, of map[string]float64) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			all = append(all, tensorboard.Scalar{Tag: tag + name, Value: of[name]})
		}
	}
	known := func(v float64) *float64 {
		if v == 0 {
			return nil
		}
		return &v
	}
	tokens, memory := float64(m.Tokens), float64(m.Memory)
	add("train/loss", m.Loss)
	add("train/lr", &m.LR)
	add("train/grad_norm", m.GradNorm)
	add("train/tokens", &tokens)
	add("speed/tokens_per_second", known(m.TokensPerSecond))
	add("speed/mfu", known(m.MFU))
	add("speed/memory", known(memory))
	add("valid/loss", m.Valid)
	add("valid/perplexity", m.Perplexity)
	add("valid/bits_per_byte", m.BitsPerByte)
	each("valid/loss/source/", m.Sources)
	each("valid/loss/language/", m.Languages)
	each("train/epochs/", m.Epochs)
	return tensorboard.Append(dst, m.Time, m.Step, all...)
}
