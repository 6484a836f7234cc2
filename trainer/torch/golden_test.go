//go:build torch

package torch

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus/trainer"
	"corpus/trainer/torch/shim"

	"github.com/sugarme/gotch/libtch"
)

// golden is a file of testdata/scripts/model_fixtures.py, whose formulas for
// weights, ids and batches are repeated here.
type golden struct {
	Config                             trainer.Config
	Sample                             int
	LR, Beta1, Beta2, Eps, Decay, Clip float64
	Lengths                            []int
	DecLengths                         []int `json:"dec_lengths"`
	Logits                             packed
	Gradients                          map[string]packed
	Steps                              []struct {
		Loss, Norm float64
		Weights    map[string]packed
	}
}

// packed is float32 little-endian in base64.
type packed []float32

func (p *packed) UnmarshalText(text []byte) error {
	raw, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return err
	}
	*p = make(packed, len(raw)/4)
	_, err = binary.Decode(raw, binary.LittleEndian, []float32(*p))
	return err
}

func readGolden(t *testing.T, name string) golden {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func formula(name string, i int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return splitmix(h.Sum64() + uint64(i+1)*goldenStep)
}

func formulaWeight(p trainer.Param) trainer.Tensor {
	data := make([]float32, p.Size())
	for i := range data {
		r := float64(formula(p.Name, i)>>40)/(1<<23) - 1
		switch {
		case len(p.Shape) > 1:
			r = r * 1.5 / math.Sqrt(float64(p.Shape[1]))
		case strings.HasSuffix(p.Name, "weight"):
			r = 1 + 0.5*r
		default:
			r *= 0.3
		}
		data[i] = float32(r)
	}
	return trainer.Tensor{Name: p.Name, Shape: p.Shape, Data: data}
}

func (g golden) ids(name string, n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(formula(name, i)%uint64(g.Config.Vocab-3)) + 3
	}
	return out
}

func ragged(lengths []int) []uint8 {
	cols := slices.Max(lengths)
	out := make([]uint8, len(lengths)*cols)
	for i, n := range lengths {
		for j := range n {
			out[i*cols+j] = 1
		}
	}
	return out
}

func (g golden) batch(turn string) trainer.Batch {
	b := trainer.Batch{Rows: len(g.Lengths), Cols: slices.Max(g.Lengths), Mask: ragged(g.Lengths)}
	if g.Config.Family == "bloom" && turn == "1" { // padded at the left
		for row := range slices.Chunk(b.Mask, b.Cols) {
			slices.Reverse(row)
		}
	}
	b.Input = g.ids("input"+turn, b.Rows*b.Cols)
	mask := b.Mask
	if g.Config.Pad == 1 {
		for i, m := range mask {
			if m == 0 {
				b.Input[i] = int32(g.Config.Pad)
			}
		}
	}
	switch g.Config.Family {
	case "t5", "bart":
		b.DecCols, b.DecMask = slices.Max(g.DecLengths), ragged(g.DecLengths)
		mask = b.DecMask
		b.Labels = g.ids("labels"+turn, b.Rows*b.DecCols)
		b.Decoder = shifted(b.Labels, b.DecCols, int32(g.Config.DecStart))
	case "gpt2", "bloom":
		b.Labels = make([]int32, len(b.Input))
		for i := range b.Labels {
			if i%b.Cols == b.Cols-1 || mask[i] == 0 || mask[i+1] == 0 {
				b.Labels[i] = trainer.Ignore
			} else {
				b.Labels[i] = b.Input[i+1]
			}
		}
		return b
	case "bert", "roberta":
		b.Labels = g.ids("labels"+turn, len(b.Input))
		for i, c := range g.ids("chosen"+turn, len(b.Input)) {
			if c%5 != 0 {
				b.Labels[i] = trainer.Ignore
			}
		}
	}
	for i, m := range mask {
		if m == 0 {
			b.Labels[i] = trainer.Ignore
		}
	}
	return b
}

func shifted(labels []int32, cols int, start int32) []int32 {
	out := make([]int32, len(labels))
	for i := range out {
		if out[i] = start; i%cols > 0 {
			out[i] = labels[i-1]
		}
	}
	return out
}

// halves cuts a batch by rows, to test that micro-batches add up.
func halves(b trainer.Batch) []trainer.Batch {
	part := func(from, to int) trainer.Batch {
		p := trainer.Batch{Rows: to - from, Cols: b.Cols, DecCols: b.DecCols}
		p.Input, p.Mask = b.Input[from*b.Cols:to*b.Cols], b.Mask[from*b.Cols:to*b.Cols]
		n := b.Cols
		if b.DecCols > 0 {
			n = b.DecCols
			p.Decoder, p.DecMask = b.Decoder[from*n:to*n], b.DecMask[from*n:to*n]
		}
		p.Labels = b.Labels[from*n : to*n]
		return p
	}
	return []trainer.Batch{part(0, 2), part(2, b.Rows)}
}

var goldens = []string{"bert", "roberta", "gpt2", "bloom", "t5-v1_0", "t5-v1_1", "bart"}

func goldenModel(t *testing.T, g golden) *Model {
	t.Helper()
	m, err := New(g.Config, Options{Threads: 1, Device: device})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	var state []trainer.Tensor
	for _, p := range trainer.Params(g.Config) {
		state = append(state, formulaWeight(p))
	}
	if err := m.Load(state); err != nil {
		t.Fatal(err)
	}
	return m.(*Model)
}

func TestGolden(t *testing.T) {
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			m := goldenModel(t, g)
			b := g.batch("1")
			got := sampled(t, m, b, g.Sample)
			forget(b, g.Sample, g.Config.Vocab, got, g.Logits)
			near(t, "logits", got, g.Logits, 1e-4)
			st, err := m.Eval(b)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "loss", []float32{float32(st.Loss)}, []float32{float32(g.Steps[0].Loss)}, 1e-4)
			checkGradients(t, m, b, g.Gradients)
			for i, want := range g.Steps {
				h := trainer.Hyper{
					Step: int64(i + 1), LR: g.LR, Beta1: g.Beta1, Beta2: g.Beta2, Eps: g.Eps,
					WeightDecay: g.Decay, Clip: g.Clip, RMSScaled: g.Config.Family == "t5",
				}
				st, err := m.Step(halves(g.batch(string(rune('1'+i)))), h)
				if err != nil {
					t.Fatal(err)
				}
				near(t, "loss", []float32{float32(st.Loss)}, []float32{float32(want.Loss)}, 1e-4)
				near(t, "norm", []float32{float32(st.Norm)}, []float32{float32(want.Norm)}, 1e-3*float32(want.Norm))
				if want.Weights != nil {
					checkWeights(t, m, want.Weights)
				}
			}
		})
	}
}

// forget makes the sampled logits of padding 0.
func forget(b trainer.Batch, sample, vocab int, all ...[]float32) {
	mask := b.Mask
	if b.DecCols > 0 {
		mask = b.DecMask
	}
	for i := 0; i < len(mask); i += sample {
		for _, logits := range all {
			if mask[i] == 0 {
				clear(logits[i/sample*vocab:][:vocab])
			}
		}
	}
}

// sampled logits: every n-th position's.
func sampled(t *testing.T, m *Model, b trainer.Batch, n int) []float32 {
	t.Helper()
	var out []float32
	err := m.native(func(s *scope) error {
		defer shim.SetGrad(shim.SetGrad(false))
		positions := max(b.Cols, b.DecCols) * b.Rows
		if b.DecCols > 0 {
			positions = b.DecCols * b.Rows
		}
		all := make([]float32, positions*m.cfg.Vocab)
		s.download(m.net.head(s, m.net.features(s, b)), all)
		for i := 0; i < positions; i += n {
			out = append(out, all[i*m.cfg.Vocab:(i+1)*m.cfg.Vocab]...)
		}
		return s.err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func checkGradients(t *testing.T, m *Model, b trainer.Batch, want map[string]packed) {
	t.Helper()
	got := map[string][]float32{}
	err := m.native(func(s *scope) error {
		defer func() { _ = shim.ZeroGrad(m.w.params) }()
		var st trainer.Stats
		if err := m.gradients(s, []trainer.Batch{b}, 1, 1, &st); err != nil {
			return err
		}
		for i, p := range m.w.list {
			if p.Fixed {
				continue
			}
			libtch.AtgGrad(s.slot(), m.w.params[i])
			got[p.Name] = make([]float32, p.Size())
			s.download(s.took("grad"), got[p.Name])
		}
		return s.err
	})
	if err != nil {
		t.Fatal(err)
	}
	checkNames(t, m, want)
	for name, w := range want {
		// Relative to the tensor's largest gradient: some are zero but for
		// rounding, such as those of biases that softmax cancels.
		near(t, "gradient of "+name, got[name], w, max(1e-3*largest(w), 1e-7))
	}
}

func checkNames(t *testing.T, m *Model, want map[string]packed) {
	t.Helper()
	trained := 0
	for _, p := range m.w.list {
		if !p.Fixed {
			trained++
		}
	}
	if len(want) != trained {
		t.Errorf("transformers has %d parameters, the model %d", len(want), trained)
	}
	for name := range want {
		if _, ok := m.w.index[name]; !ok {
			t.Errorf("the model lacks %s", name)
		}
	}
}

func checkWeights(t *testing.T, m *Model, want map[string]packed) {
	t.Helper()
	state, err := m.State()
	if err != nil {
		t.Fatal(err)
	}
	checkNames(t, m, want)
	for i, w := range state[:len(m.w.list)] {
		if m.w.list[i].Fixed {
			near(t, w.Name, w.Data, formulaWeight(m.w.list[i]).Data, 0)
			continue
		}
		near(t, w.Name, w.Data, want[w.Name], 1e-4)
	}
}

func largest(x []float32) float32 {
	most := 0.0
	for _, v := range x {
		most = max(most, math.Abs(float64(v)))
	}
	return float32(most)
}

func near(t *testing.T, what string, got, want []float32, within float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	worst, at := 0.0, 0
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); d > worst || math.IsNaN(d) {
			worst, at = d, i
		}
	}
	t.Logf("%s: largest difference %.2g", what, worst)
	if !(worst <= float64(within)) {
		t.Errorf("%s: %g at %d, want %g within %g", what, got[at], at, want[at], within)
	}
}

func TestRelativeBuckets(t *testing.T) {
	b, err := os.ReadFile("testdata/t5-buckets.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		From        int
		True, False []int64
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	keys := 1 - want.From
	if got := relativeBuckets(keys, 32, 128, true); !slices.Equal(got, want.True) {
		t.Errorf("encoder buckets differ: %v", got)
	}
	if got := relativeBuckets(keys, 32, 128, false); !slices.Equal(got, want.False) {
		t.Errorf("decoder buckets differ: %v", got)
	}
}
