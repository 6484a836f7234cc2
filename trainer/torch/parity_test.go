//go:build torch

package torch

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"corpus/internal/fsx"
	"corpus/trainer"
)

// parity is a file of testdata/scripts/parity.py: batches, and what transformers
// computes for them.
type parity struct {
	Cases map[string]parityBatch // "right", and of decoders "left": where the padding is
	Train []parityBatch
	Loss  map[string]float64
	After []float64 // the losses of a training on Train
	LR    float64
}

type parityBatch struct {
	Rows    int     `json:"rows"`
	Cols    int     `json:"cols"`
	DecCols int     `json:"dec_cols"`
	Input   []int32 `json:"input"`
	Mask    []int32 `json:"mask"`
	Decoder []int32 `json:"decoder"`
	DecMask []int32 `json:"dec_mask"`
	Labels  []int32 `json:"labels"`
}

func (b parityBatch) batch() trainer.Batch {
	return trainer.Batch{
		Rows: b.Rows, Cols: b.Cols, DecCols: b.DecCols, Input: b.Input, Mask: bits(b.Mask),
		Decoder: b.Decoder, DecMask: bits(b.DecMask), Labels: b.Labels,
	}
}

func bits(mask []int32) (out []uint8) {
	for _, m := range mask {
		out = append(out, uint8(m))
	}
	return out
}

// TestParity is the half of testdata/scripts/parity.py that runs here: models of
// transformers are loaded and compared, and models from here left for it to open.
func TestParity(t *testing.T) {
	root := os.Getenv("CORPUS_PARITY")
	if root == "" {
		t.Skip("needs CORPUS_PARITY: run by testdata/scripts/parity.py, which wants PyTorch and transformers")
	}
	dirs, err := filepath.Glob(filepath.Join(root, "*", "theirs"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no models: ", err)
	}
	for _, theirs := range dirs {
		dir := filepath.Dir(theirs)
		t.Run(filepath.Base(dir), func(t *testing.T) { compareWith(t, dir) })
	}
}

func compareWith(t *testing.T, dir string) {
	raw, err := os.ReadFile(filepath.Join(dir, "batches.json"))
	if err != nil {
		t.Fatal(err)
	}
	var p parity
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	want := map[string]packed{}
	for _, x := range readTensors(t, filepath.Join(dir, "expected.safetensors")) {
		want[x.Name] = x.Data
	}
	folder, err := trainer.OpenFolder(fsx.OS{}, filepath.Join(dir, "theirs"))
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(t, folder.Config)
	if err := m.Load(folder.Weights); err != nil {
		t.Fatal(err)
	}
	for name, c := range p.Cases {
		b := c.batch()
		got := logits(t, m, b)
		forget(b, 1, folder.Config.Vocab, got, want["logits."+name])
		near(t, name+": logits", got, want["logits."+name], 1e-4)
		st, err := m.Eval(b)
		if err != nil {
			t.Fatal(err)
		}
		near(t, name+": loss", []float32{float32(st.Loss)}, []float32{float32(p.Loss[name])}, 1e-4)
	}
	gradients := map[string]packed{}
	for _, q := range m.w.list {
		if g, ok := want["grad."+q.Name]; ok {
			gradients[q.Name] = g
		}
	}
	checkGradients(t, m, p.Cases["right"].batch(), gradients)
	worst := 0.0
	for i, c := range p.Train {
		h := trainer.Hyper{Step: int64(i + 1), LR: p.LR, Beta1: 0.9, Beta2: 0.98, Eps: 1e-6, WeightDecay: 0.01, Clip: 1}
		st, err := m.Step([]trainer.Batch{c.batch()}, h)
		if err != nil {
			t.Fatal(err)
		}
		worst = max(worst, math.Abs(st.Loss-p.After[i]))
	}
	t.Logf("%d steps, loss %.3f to %.3f: largest difference %.2g", len(p.Train), p.After[0], p.After[len(p.After)-1], worst)
	if worst > 1e-4 {
		t.Errorf("the losses of a training differ by %g", worst)
	}
	leave(t, dir, folder.Config, p.Cases["right"].batch())
}

func readTensors(t *testing.T, name string) []trainer.Tensor {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tensors, _, err := trainer.ReadSafetensors(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return tensors
}

// leave writes a model folder with weights of our own, all random, and its logits.
func leave(t *testing.T, dir string, c trainer.Config, b trainer.Batch) {
	t.Helper()
	m := newModel(t, c)
	var weights []trainer.Tensor
	for _, p := range trainer.Params(c) {
		weights = append(weights, formulaWeight(p))
	}
	if err := m.Load(weights); err != nil {
		t.Fatal(err)
	}
	config, err := trainer.FormatConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	ours := filepath.Join(dir, "ours")
	if err := os.MkdirAll(ours, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(ours, "config.json"), config, 0o666); err != nil {
		t.Fatal(err)
	}
	got := logits(t, m, b)
	writeTensors(t, filepath.Join(ours, "model.safetensors"), weights)
	writeTensors(t, filepath.Join(dir, "logits.safetensors"), []trainer.Tensor{{Name: "logits", Shape: []int{len(got)}, Data: got}})
}

func writeTensors(t *testing.T, name string, tensors []trainer.Tensor) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := trainer.WriteSafetensors(f, slices.Clone(tensors)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
