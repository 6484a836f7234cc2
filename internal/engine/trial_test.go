package engine

import (
	"context"
	"testing"

	"corpus"
	"corpus/internal/fsx/fsxtest"
	"corpus/shards"
)

// chain is a stage of which a generation adds up what the earlier ones decided.
func chain(limit int64) corpus.Stage {
	schema := corpus.Schema{{Name: "limit", Kind: corpus.Ints}}
	return corpus.Stage{Name: "chain", Version: 1, Keep: []string{"limit"}, Passes: []corpus.Pass{
		{Name: "sum", Inputs: []string{"limit+"}, Tasks: corpus.One, Run: func(e corpus.Env) error {
			first, _ := e.Parts()
			for p := range first {
				err := corpus.EachTable(e, "limit", p, func(t *corpus.Table) error {
					e.Count("before", t.Columns[0].Ints[0])
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "decide", Config: limit, Inputs: []string{"ingest/part"}, Run: func(e corpus.Env) error {
			w, err := e.Create("limit", schema)
			if err != nil {
				return err
			}
			t := corpus.NewTable(schema)
			t.Columns[0].Ints, t.Rows = []int64{limit}, 1
			return w.Write(t)
		}},
	}}
}

// TestTrialFollowsItself: a generation of a trial finds what the trial decided of
// the earlier ones, not what is committed, and commits nothing.
func TestTrialFollowsItself(t *testing.T) {
	fs := fsxtest.New()
	e := &Engine{FS: fs, Scratch: t.TempDir()}
	run := func(job Job) Summary {
		t.Helper()
		sum, err := e.Run(context.Background(), job)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	job := func(limit int64, trial []string) Job {
		t.Helper()
		in, err := shards.OpenDataset(fs, "data/ingest")
		if err != nil {
			t.Fatal(err)
		}
		return Job{Stage: chain(limit), Dir: "data/chain", Inputs: map[string]*shards.Dataset{"ingest": in}, Follows: "ingest", Trial: trial}
	}
	for _, parts := range []int{2, 5} {
		run(Job{Stage: source(parts), Dir: "data/ingest"})
		run(job(1, nil))
	}
	if sum := run(job(100, []string{})); sum.Counts["before"] != 200 {
		t.Errorf("the second generation of the trial finds %d, want 200", sum.Counts["before"])
	}
	if sum := run(job(1, nil)); !sum.UpToDate {
		t.Error("the trial changed the dataset")
	}
}
