package trainer

import (
	"bytes"
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"corpus/trainer/tensorboard"
)

// TestMetricsAreWhole: every number of a line is what it says.
func TestMetricsAreWhole(t *testing.T) {
	j := smallJob(t, "clm", 40)
	j.Memory, j.Peak = func() int64 { return 4096 }, func() float64 { return 1e9 }
	parts := []Source{{"a", 1, chain(300, 3)}, {"b", 1, chain(200, 4)}, {"short", 1, chain(11, 5)}}
	j.Open = func(d DataInfo) (*Data, error) {
		data, err := testData(d)
		data.ValidBytes, data.Sources, data.Languages = 1500, parts, parts[:1]
		return data, err
	}
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	all := metrics(t, j)
	for _, m := range all {
		if m.Time < 0.001 || m.Memory != 4096 || m.TokensPerSecond <= 0 || m.MFU <= 0 {
			t.Errorf("%+v", m)
		}
		if (m.Valid == nil) != (m.Step%20 != 0) || (m.Sources == nil) != (m.Valid == nil) || m.Languages != nil {
			t.Errorf("%+v", m)
		}
	}
	last := all[len(all)-1]
	if want := *last.Valid / math.Ln2 * 500 / 1500; math.Abs(*last.BitsPerByte-want) > 1e-9 {
		t.Errorf("%v bits per byte, want %v", *last.BitsPerByte, want)
	}
	for i, p := range parts[:2] { // at most 8 batches of a row for each, which is less than all
		set, err := NewValidation(j.Spec, j.Special, testVocab, p.Tokens)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Evaluate(context.Background(), model(j), set, 2, 1)
		if err != nil || len(last.Sources) != 2 || math.Abs(last.Sources[p.Name]-want) > 1e-9 {
			t.Errorf("part %d: %v, want %v, %v", i, last.Sources, want, err)
		}
	}
	// 10 rows between two lines, over the milliseconds of 5 steps
	want := 2 * 5 * Flops(j.Config, 12, 0, 12) / 0.005 / 1e9
	if math.Abs(all[0].MFU-want) > 1e-4 {
		t.Errorf("MFU %v, want %v", all[0].MFU, want)
	}
}

// TestEvents: the event file is that of metrics.jsonl, also of a run that was stopped.
func TestEvents(t *testing.T) {
	j := smallJob(t, "clm", 40)
	ctx, cancel := context.WithCancel(context.Background())
	j.Make = made(steppedModel{newBigram(j.Config), func(step int64) {
		if step == 27 {
			cancel()
		}
	}})
	if _, err := Run(ctx, j); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	clock := time.Unix(5000, 0)
	j.Now = func() time.Time { return clock }
	j.Make = made(newBigram(j.Config))
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	want := tensorboard.AppendHeader(nil, 0)
	for _, m := range metrics(t, j) {
		want = appendEvent(want, m)
	}
	if got := read(t, j.FS, j.Dir+"/"+eventFile); !bytes.Equal(got, want) || len(want) < 1000 {
		t.Errorf("%d bytes of events, want %d", len(got), len(want))
	}
}
