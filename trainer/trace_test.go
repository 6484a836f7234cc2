package trainer

import (
	"context"
	"slices"
	"testing"

	"corpus"
)

// remembers is a model that remembers what each of its updates has read.
type remembers struct {
	Model
	rows *[][]int32
}

func (m remembers) Step(b []Batch, h Hyper) (Stats, error) {
	var all []int32
	for _, micro := range b {
		all = append(all, micro.Labels...)
	}
	*m.rows = append(*m.rows, all)
	return m.Model.Step(b, h)
}

// traced is what trace says that a step reads, as labels of clm.
func traced(t *testing.T, j Job, info *RunInfo, step int64) (labels []int32) {
	t.Helper()
	reads, err := info.Reads(step)
	if err != nil {
		t.Fatal(err)
	}
	data, err := testData(reads.Phase.Data)
	if err != nil {
		t.Fatal(err)
	}
	d, err := info.Training(reads.Phase, data.Train)
	if err != nil {
		t.Fatal(err)
	}
	for i := range reads.Rows {
		row, err := d.Trace(reads.At + int64(i))
		if err != nil {
			t.Fatal(err)
		}
		n := len(labels)
		for _, s := range row.Stretches {
			ids := make([]int32, s.N)
			if err := row.Tokens.Read(ids, s.At); err != nil {
				t.Fatal(err)
			}
			labels = append(labels, ids...)
		}
		for len(labels)-n < j.Spec.SeqLen {
			labels = append(labels, Ignore)
		}
	}
	return labels
}

// TestTrace: what a trace says is what every update of a run has read, over its
// phases and with steps that were gone back from.
func TestTrace(t *testing.T) {
	_, job := poisonedJob(t)
	j := job(0)
	poison, err := j.Make()
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]int32
	run := func(steps int64, m Model) {
		j.Spec.Steps = steps
		j.Make = made(remembers{m, &rows})
		if _, err := Run(context.Background(), j); err != nil {
			t.Fatal(err)
		}
	}
	run(60, poison)
	first := rows
	rows = nil
	run(70, newBigram(j.Config))
	info, err := ReadRun(j.FS, j.Dir)
	if err != nil || len(info.Rollbacks) != 1 || len(info.Phases) != 2 {
		t.Fatalf("%+v, %v", info, err)
	}
	to, from := info.Rollbacks[0].To, info.Rollbacks[0].From
	for step := int64(1); step <= 70; step++ {
		var read []int32
		switch {
		case step <= to:
			read = first[step-1]
		case step <= 60: // behind what was gone back from
			read = first[from+step-to-1]
		default:
			read = rows[step-61]
		}
		if got := traced(t, j, info, step); !slices.Equal(got, read) {
			t.Fatalf("step %d is said to read %v, and read %v", step, got, read)
		}
	}
	for _, step := range []int64{0, 71} {
		if _, err := info.Reads(step); corpus.ClassOf(err) != corpus.Usage {
			t.Errorf("step %d: %v", step, err)
		}
	}
}
