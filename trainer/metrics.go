package trainer

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"

	"corpus/internal/fsx"
)

const metricsFile = "metrics.jsonl"

// Metric is one line of metrics.jsonl. A number that is not finite is null.
type Metric struct {
	Step            int64    `json:"step"`
	Loss            *float64 `json:"loss"` // of this step, nats per predicted token
	LR              float64  `json:"lr"`
	GradNorm        *float64 `json:"grad_norm"` // before clipping
	Tokens          int64    `json:"tokens"`    // of documents read so far, by all steps
	Time            float64  `json:"time"`      // seconds since 1970; this and the next three differ from run to run
	TokensPerSecond float64  `json:"tokens_per_second"`
	Memory          int64    `json:"memory,omitempty"`  // bytes that the process has
	MFU             float64  `json:"mfu,omitempty"`     // share of what the device can compute that Flops were done of
	Skipped         string   `json:"skipped,omitempty"` // why the update was not made

	Documents []Document `json:"documents,omitempty"` // of the batch that was skipped, at most 64
	Others    int        `json:"others,omitempty"`    // documents of it beside
	Rollback  *Rollback  `json:"rollback,omitempty"`  // the run went back to this step: no update

	Epochs map[string]float64 `json:"epochs,omitempty"` // how often each source has been read in this phase

	Valid      *float64 `json:"valid_loss,omitempty"` // nats per predicted token; of the whole set at the last step
	Perplexity *float64 `json:"perplexity,omitempty"` // e^valid_loss
	// BitsPerByte is of clm, which predicts all of a text: valid_loss / ln 2 × tokens
	// (end tokens too) / bytes of the whole set.
	BitsPerByte *float64 `json:"bits_per_byte,omitempty"`

	Sources   map[string]float64 `json:"valid_loss_by_source,omitempty"`
	Languages map[string]float64 `json:"valid_loss_by_language,omitempty"`
}

// Document names a document of the shards.
type Document struct {
	ID     string `json:"id"`
	Source string `json:"source"`
}

// metricsLog appends to metrics.jsonl, and to the event file that TensorBoard reads.
type metricsLog struct{ f, events fsx.File }

// openMetrics cuts the log back to the last whole line of a step not after step, and
// before what is told there of going back to it, and opens it for appending. The
// event file is written anew from it.
func openMetrics(fsys fsx.FS, dir string, step int64) (_ *metricsLog, err error) {
	name := dir + "/" + metricsFile
	size, err := metricsUpTo(fsys, name, step, func(Metric) error { return nil })
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		if err := fsys.Truncate(name, size); err != nil {
			return nil, err
		}
	}
	l := &metricsLog{}
	if l.events, err = openEvents(fsys, dir, step); err != nil {
		return nil, err
	}
	if l.f, err = fsys.Append(name); err == nil {
		if err = fsys.SyncDir(dir); err == nil {
			return l, nil
		}
		err = errors.Join(err, l.f.Close())
	}
	return nil, errors.Join(err, l.events.Close())
}

// metricsUpTo gives do the log's whole lines up to step and returns their length;
// -1 = no log. A line that is not JSON ends it, as a power cut can leave one.
func metricsUpTo(fsys fsx.FS, name string, step int64, do func(Metric) error) (int64, error) {
	f, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	size := int64(0)
	for r := bufio.NewReaderSize(f, maxMetric); ; {
		line, err := r.ReadSlice('\n')
		if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		var m Metric
		if err != nil || json.Unmarshal(line, &m) != nil || m.Step > step || m.Step == step && m.Rollback != nil {
			return size, nil
		}
		if err := do(m); err != nil {
			return size, err
		}
		size += int64(len(line))
	}
}

func (l *metricsLog) write(m Metric) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if _, err = l.f.Write(append(line, '\n')); err != nil {
		return err
	}
	_, err = l.events.Write(appendEvent(nil, m))
	return err
}

// sync makes the lines so far as durable as the checkpoint that will rely on them;
// the event file follows from them.
func (l *metricsLog) sync() error  { return l.f.Sync() }
func (l *metricsLog) close() error { return errors.Join(l.f.Close(), l.events.Close()) }
