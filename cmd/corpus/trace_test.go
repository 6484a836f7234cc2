package main

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"
	"corpus/trainer"
)

var errUnloaded = errors.New("this model holds nothing")

// unloaded is a model whose run begins and ends at once.
type unloaded struct{ trainer.Model }

func (unloaded) Load([]trainer.Tensor) error { return errUnloaded }
func (unloaded) Close() error                { return nil }

// begun is a workspace in which a run of the spec has begun.
func begun(t *testing.T, spec trainer.Spec) *workspace {
	t.Helper()
	dir := copyOfFinished(t)
	cfg, err := loadConfig(dir)
	must(t, err)
	data := filepath.Join(dir, "data")
	w := &workspace{app: &app{out: &strings.Builder{}, err: &strings.Builder{}, quiet: true}, config: cfg, dir: dir, in: data, dst: data, fs: fsx.OS{}}
	spec, err = spec.Resolve()
	must(t, err)
	b, tok, err := w.tokenizer()
	must(t, err)
	set, err := w.input("shards")
	must(t, err)
	j, err := w.job(trainOptions{run: "r"}, spec, b, tok, set)
	must(t, err)
	j.Make, j.Admit = func() (trainer.Model, error) { return unloaded{}, nil }, nil
	if _, err := trainer.Run(context.Background(), j); !errors.Is(err, errUnloaded) {
		t.Fatal(err)
	}
	return w
}

// trainTokens are the tokens of every document to train on, with the end token.
func trainTokens(t *testing.T, w *workspace, eos int32) map[string][]int32 {
	t.Helper()
	set, err := w.input("shards")
	must(t, err)
	all := map[string][]int32{}
	for _, p := range set.Parts() {
		r, err := set.Table(p, shards.TrainRole)
		must(t, err)
		for row, err := range corpus.Rows(r) {
			must(t, err)
			var ids []int32
			for _, id := range row.Columns[0].Tokens[row.At] {
				ids = append(ids, int32(id))
			}
			all[strings.Clone(row.Columns[1].Strings[row.At])] = append(ids, eos)
		}
	}
	return all
}

// TestTrace: the documents that trace names have, at the places it names, the very
// tokens that the training predicts in a row, and nothing of a row is left out.
func TestTrace(t *testing.T) {
	for _, pack := range []string{"split", "best-fit", "one-per-row"} {
		w := begun(t, trainer.Spec{Objective: "clm", SeqLen: 48, Batch: 2, Accum: 2, Steps: 5, Mix: "a.jsonl=1", Pack: pack})
		info, err := trainer.ReadRun(w.fs, filepath.Join(w.dir, "runs", "r"))
		must(t, err)
		documents := trainTokens(t, w, info.Special.EOS)
		for step := int64(1); step <= 5; step++ {
			labels := predicted(t, w, info, step)
			code, out, errOut := call("trace", "r", strconv.FormatInt(step, 10), "-C", w.dir, "--json")
			if code != 0 || errOut != "" {
				t.Fatalf("exit code %d: %s", code, errOut)
			}
			lines := strings.Split(strings.TrimSpace(out), "\n")
			var got [4][]int32
			for _, line := range lines[:len(lines)-1] {
				var p tracedPart
				must(t, json.Unmarshal([]byte(line), &p))
				d := documents[p.ID]
				if int64(len(d)) != p.Document || int64(len(got[p.Row])) != p.InRow[0] || !strings.HasPrefix(p.URL, "https://example.org/") || p.Lang == "" {
					t.Fatalf("%s, step %d: %s", pack, step, line)
				}
				got[p.Row] = append(got[p.Row], d[p.InText[0]:p.InText[1]]...)
			}
			for row, want := range labels {
				if !slices.Equal(got[row], want) {
					t.Fatalf("%s, step %d, row %d: %v, want %v", pack, step, row, got[row], want)
				}
				if ids := tracedIDs(t, w.dir, step, row); !slices.Equal(ids.Labels[:len(want)], want) || ids.Row != row {
					t.Fatalf("%s, step %d, row %d: --ids says %+v, want labels %v", pack, step, row, ids, want)
				}
			}
		}
	}
}

// tracedIDs is what trace --ids says of a row of run r.
func tracedIDs(t *testing.T, dir string, step int64, row int) (r tracedRow) {
	t.Helper()
	code, out, errOut := call("trace", "r", strconv.FormatInt(step, 10), strconv.Itoa(row), "-C", dir, "--ids")
	if code != 0 || errOut != "" {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	must(t, json.Unmarshal([]byte(out), &r))
	return r
}

// TestTraceIDs: the rows of every objective, as the model gets them.
func TestTraceIDs(t *testing.T) {
	for _, s := range []trainer.Spec{
		{Objective: "mlm", WholeWord: true, Pack: "one-per-row", DocMask: true},
		{Objective: "span"},
		{Objective: "denoise", Pack: "one-per-row"},
	} {
		s.SeqLen, s.Batch, s.Steps = 32, 2, 5
		w := begun(t, s)
		r := tracedIDs(t, w.dir, 2, 1)
		cols := len(r.Input)
		if len(r.Decoder) > 0 {
			cols = len(r.Decoder)
		}
		hidden := slices.ContainsFunc(r.Labels, func(id int32) bool { return id != trainer.Ignore })
		if len(r.Labels) != cols || !hidden || (len(r.Decoder) > 0) != (s.Objective != "mlm") || (len(r.Documents) > 0) != s.DocMask {
			t.Errorf("%s: %+v", s.Objective, r)
		}
	}
}

// predicted is what a step of clm predicts, by row.
func predicted(t *testing.T, w *workspace, info *trainer.RunInfo, step int64) (rows [][]int32) {
	t.Helper()
	reads, err := info.Reads(step)
	must(t, err)
	data, err := w.openTokens("r", trainer.Job{Spec: reads.Phase.Spec, Special: info.Special, Config: info.Config}, reads.Phase.Data)
	must(t, err)
	defer data.Close()
	set, err := info.Training(reads.Phase, data.Train)
	must(t, err)
	b, err := set.Batch(reads.At, reads.Rows)
	must(t, err)
	for i := range b.Rows {
		labels := b.Labels[i*b.Cols:][:b.Cols]
		if end := slices.Index(labels, trainer.Ignore); end >= 0 {
			labels = labels[:end]
		}
		rows = append(rows, labels)
	}
	return rows
}

// TestTraceArguments: what cannot be traced is said.
func TestTraceArguments(t *testing.T) {
	w := begun(t, trainer.Spec{Objective: "mlm", SeqLen: 32, Batch: 2, Steps: 5})
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"r", "trace wants a run, a step", 64},
		{"r one", `"one" is no number of a step`, 64},
		{"r 0", "there is no step 0; the run has steps 1 to 5", 64},
		{"r 6", "there is no step 6", 64},
		{"r 1 2", "there is no row 2; a step of run r has rows 0 to 1", 64},
		{"r 1 -x", "", 64},
		{"../r 1", "is no name for a run", 64},
		{"none 1", "there is no run none", 66},
	} {
		code, _, errOut := call(append([]string{"trace", "-C", w.dir}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(errOut, c.says) {
			t.Errorf("trace %s: exit code %d, %s", c.args, code, errOut)
		}
	}
	code, out, errOut := call("trace", "r", "1", "0", "-C", w.dir)
	if code != 0 || errOut != "" || !strings.HasPrefix(out, "row 0, source all, epoch 0\n  0–") || strings.Contains(out, "row 1") {
		t.Errorf("exit code %d: %s%s", code, out, errOut)
	}
	must(t, succeed("tokenize", "--rebuild", "--vocab", "450", "-C", w.dir, "--quiet"))
	must(t, succeed("shards", "-C", w.dir, "--quiet"))
	if code, _, errOut := call("trace", "r", "1", "-C", w.dir); code != 66 || !strings.Contains(errOut, "no longer there") {
		t.Errorf("of shards that are gone: exit code %d, %s", code, errOut)
	}
}
