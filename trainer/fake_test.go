package trainer

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// bigram is a Model in plain Go: the logits of the next token are
// softmax(E[x] A Eᵀ) with E the embedding and A a square matrix of the
// architecture that it is built for. Gradients are exact, dropout takes
// elements of E[x] by Hyper.Seed, the optimizer is AdamW over every tensor.
type bigram struct {
	cfg     Config
	names   []string
	w, m, v map[string][]float64
	shapes  map[string][]int
	e, a    string
	loaded  bool
	closed  bool

	// failAt makes the loss of these steps not a number.
	failAt map[int64]bool
	steps  int
}

func newBigram(c Config) *bigram {
	b := &bigram{
		cfg: c, w: map[string][]float64{}, m: map[string][]float64{}, v: map[string][]float64{}, shapes: map[string][]int{},
		failAt: map[int64]bool{},
	}
	for _, p := range Params(c) {
		n := p.Size()
		b.names = append(b.names, p.Name)
		b.w[p.Name], b.m[p.Name], b.v[p.Name] = make([]float64, n), make([]float64, n), make([]float64, n)
		b.shapes[p.Name] = p.Shape
	}
	switch c.Family {
	case "gpt2":
		b.e, b.a = "transformer.wte.weight", "transformer.h.0.attn.c_proj.weight"
	case "bert":
		b.e, b.a = "bert.embeddings.word_embeddings.weight", "cls.predictions.transform.dense.weight"
	case "roberta":
		b.e, b.a = "roberta.embeddings.word_embeddings.weight", "lm_head.dense.weight"
	case "bloom":
		b.e, b.a = "transformer.word_embeddings.weight", "transformer.h.0.self_attention.dense.weight"
	case "bart":
		b.e, b.a = "model.shared.weight", "model.decoder.layers.0.self_attn.q_proj.weight"
	case "t5":
		b.e, b.a = "shared.weight", "decoder.block.0.layer.0.SelfAttention.q.weight"
	}
	return b
}

// reads is the tokens that each label is predicted from.
func reads(b Batch) []int32 {
	if b.DecCols > 0 {
		return b.Decoder
	}
	return b.Input
}

// logits of the token after x; keep are the elements of E[x] that dropout left.
func (m *bigram) logits(x int32, keep []float64) (logits, h, u []float64) {
	d, e, a := m.cfg.Hidden, m.w[m.e], m.w[m.a]
	h, u = make([]float64, d), make([]float64, d)
	for i := range h {
		h[i] = e[int(x)*d+i] * keep[i]
	}
	for i := range d {
		for j := range d {
			u[j] += h[i] * a[i*d+j]
		}
	}
	logits = make([]float64, m.cfg.Vocab)
	for t := range logits {
		for j, v := range e[t*d:][:d] {
			logits[t] += u[j] * v
		}
	}
	return logits, h, u
}

func softmaxOf(x []float64) (p []float64, logSum float64) {
	most := math.Inf(-1)
	for _, v := range x {
		most = math.Max(most, v)
	}
	p = make([]float64, len(x))
	sum := 0.0
	for i, v := range x {
		p[i] = math.Exp(v - most)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p, most + math.Log(sum)
}

// pass sums losses, and gradients where grad is not nil.
func (m *bigram) pass(b Batch, drop func() float64, grad map[string][]float64) (loss float64, n int64) {
	d, in, ge, ga := m.cfg.Hidden, reads(b), grad[m.e], grad[m.a]
	e, a := m.w[m.e], m.w[m.a]
	for i, label := range b.Labels {
		if label == Ignore {
			continue
		}
		keep := make([]float64, d)
		for k := range keep {
			keep[k] = drop()
		}
		logits, h, u := m.logits(in[i], keep)
		p, logSum := softmaxOf(logits)
		loss += logSum - logits[label]
		n++
		if grad == nil {
			continue
		}
		du, dh := make([]float64, d), make([]float64, d)
		for t := range p {
			g := p[t]
			if int32(t) == label {
				g--
			}
			for j := range d {
				ge[t*d+j] += g * u[j]
				du[j] += g * e[t*d+j]
			}
		}
		for k := range d {
			for j := range d {
				ga[k*d+j] += h[k] * du[j]
				dh[k] += a[k*d+j] * du[j]
			}
		}
		for k := range d {
			ge[int(in[i])*d+k] += dh[k] * keep[k]
		}
	}
	return loss, n
}

func (m *bigram) Step(micro []Batch, h Hyper) (Stats, error) {
	if !m.loaded || m.closed {
		return Stats{}, errors.New("bigram: not loaded")
	}
	m.steps++
	grad := map[string][]float64{m.e: make([]float64, len(m.w[m.e])), m.a: make([]float64, len(m.w[m.a]))}
	var s Stats
	for i, b := range micro {
		r := stream(h.Seed + uint64(i))
		loss, n := m.pass(b, func() float64 {
			if m.cfg.Dropout > 0 && r.Float64() < m.cfg.Dropout {
				return 0
			}
			return 1 / (1 - m.cfg.Dropout)
		}, grad)
		s.Loss += loss
		s.Tokens += n
	}
	s.Loss /= float64(s.Tokens)
	for _, name := range []string{m.a, m.e} {
		for i := range grad[name] {
			grad[name][i] /= float64(s.Tokens)
			s.Norm += grad[name][i] * grad[name][i]
		}
	}
	s.Norm = math.Sqrt(s.Norm)
	if m.failAt[h.Step] {
		s.Loss = math.NaN()
	}
	s.Skipped = finite(s.Loss) == nil || finite(s.Norm) == nil || h.MaxLoss > 0 && s.Loss > h.MaxLoss || h.MaxNorm > 0 && s.Norm > h.MaxNorm
	if !s.Skipped {
		m.update(grad, s.Norm, h)
	}
	return s, nil
}

// update is AdamW (arXiv 1711.05101, algorithm 2, with decay scaled by the rate).
// State is kept in float32 precision, as a real model does.
func (m *bigram) update(grad map[string][]float64, norm float64, h Hyper) {
	scale := 1.0
	if h.Clip > 0 && norm > h.Clip {
		scale = h.Clip / norm
	}
	bias1, bias2 := 1-math.Pow(h.Beta1, float64(h.Step)), 1-math.Pow(h.Beta2, float64(h.Step))
	for _, name := range m.names {
		w, m1, v1, gs := m.w[name], m.m[name], m.v[name], grad[name]
		matrix := len(m.shapes[name]) > 1
		for i := range w {
			g := 0.0
			if gs != nil {
				g = gs[i] * scale
			}
			m1[i] = round32(h.Beta1*m1[i] + (1-h.Beta1)*g)
			v1[i] = round32(h.Beta2*v1[i] + (1-h.Beta2)*g*g)
			a, b := m1[i]/bias1, v1[i]/bias2
			decay := 0.0
			if matrix {
				decay = h.WeightDecay * w[i]
			}
			w[i] = round32(w[i] - h.LR*(a/(math.Sqrt(b)+h.Eps)+decay))
		}
	}
}

func round32(v float64) float64 { return float64(float32(v)) }

func (m *bigram) Eval(b Batch) (Stats, error) {
	loss, n := m.pass(b, func() float64 { return 1 }, nil)
	return Stats{Loss: loss / float64(n), Tokens: n}, nil
}

func (m *bigram) State() ([]Tensor, error) {
	var out []Tensor
	for prefix, part := range map[string]map[string][]float64{"": m.w, "adam.m.": m.m, "adam.v.": m.v} {
		for _, name := range m.names {
			data := make([]float32, len(part[name]))
			for i, v := range part[name] {
				data[i] = float32(v)
			}
			out = append(out, Tensor{prefix + name, m.shapes[name], data})
		}
	}
	return out, nil
}

func (m *bigram) Load(state []Tensor) error {
	seen := 0
	for _, name := range m.names {
		clear(m.m[name])
		clear(m.v[name])
	}
	for _, t := range state {
		part, name := m.w, t.Name
		if rest, ok := strings.CutPrefix(name, "adam.m."); ok {
			part, name = m.m, rest
		} else if rest, ok := strings.CutPrefix(name, "adam.v."); ok {
			part, name = m.v, rest
		} else {
			seen++
		}
		if len(part[name]) != len(t.Data) || part[name] == nil {
			return errors.New("bigram: cannot load " + t.Name)
		}
		for i, v := range t.Data {
			part[name][i] = float64(v)
		}
	}
	if m.loaded = seen == len(m.names); !m.loaded {
		return errors.New("bigram: weights are missing")
	}
	return nil
}

func (m *bigram) Close() error {
	m.closed = true
	return nil
}

func (m *bigram) Begin(in Batch) (Session, error) { return &bigramSession{m, in}, nil }

type bigramSession struct {
	m  *bigram
	in Batch
}

func (s *bigramSession) Next(ids []int32) ([]float32, error) {
	if s.m.cfg.Stacks() == EncoderOnly {
		ids = s.in.Input
	} else {
		ids = ids[len(ids)-1:]
	}
	keep := make([]float64, s.m.cfg.Hidden)
	for i := range keep {
		keep[i] = 1
	}
	var out []float32
	for _, id := range ids {
		logits, _, _ := s.m.logits(id, keep)
		for _, v := range logits {
			out = append(out, float32(v))
		}
	}
	return out, nil
}

func (s *bigramSession) Close() error { return nil }

// TestBigramGradient holds the fake to what it says: its gradients are those of
// its loss.
func TestBigramGradient(t *testing.T) {
	job := smallJob(t, "clm", 1)
	m := model(job).(*bigram)
	if err := m.Load(Init(m.cfg, 3)); err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{m.e, m.a} {
		for i := range m.w[w] {
			m.w[w][i] *= 20 // away from the flat start
		}
	}
	b := Batch{Rows: 1, Cols: 3, Input: []int32{1, 2, 9}, Labels: []int32{2, 9, 9}}
	one := func() float64 { return 1 }
	grad := map[string][]float64{m.e: make([]float64, len(m.w[m.e])), m.a: make([]float64, len(m.w[m.a]))}
	m.pass(b, one, grad)
	for _, name := range []string{m.e, m.a} {
		for i := range m.w[name] {
			const h = 1e-5
			at := m.w[name][i]
			m.w[name][i] = at + h
			up, _ := m.pass(b, one, nil)
			m.w[name][i] = at - h
			down, _ := m.pass(b, one, nil)
			m.w[name][i] = at
			if want := (up - down) / (2 * h); math.Abs(want-grad[name][i]) > 1e-6 {
				t.Fatalf("%s[%d]: gradient %v, by differences %v", name, i, grad[name][i], want)
			}
		}
	}
}
