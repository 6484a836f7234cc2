//go:build torch

package torch

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"corpus/trainer"
	"corpus/trainer/torch/shim"
)

// Options say where and how a model runs.
type Options struct {
	Threads int    // of one operation on the CPU; 0 = libtorch's choice
	Device  string // "" or "cpu", "cuda", "cuda:1"
	// "" or "float32"; "tf32" on a GPU: factors of products rounded to 10 bits;
	// "bf16", "fp16": products in 16 bits while training, weights and optimizer in
	// float32. fp16 needs Hyper.LossScale.
	Precision string

	// Recompute keeps of each block its input alone, and makes the rest again for
	// its gradients: less memory for a third more time.
	Recompute bool
}

// Model is a trainer.Model on libtorch.
type Model struct {
	cfg    trainer.Config
	t      *thread
	s      *scope
	w      *weights
	net    network
	closed bool

	recompute bool
	lossRows  int // logits are made for so many positions at a time
}

// types16 are the types of products in 16 bits, by their names.
var types16 = map[string]shim.Half{"bf16": shim.BF16, "fp16": shim.FP16}

// network is one family's forward pass.
type network interface {
	// features are the last hidden states, [positions, Hidden], of the
	// positions that a batch's labels speak of.
	features(s *scope, b trainer.Batch) tensor
	// head is the logits [n, Vocab] of hidden states [n, Hidden].
	head(s *scope, x tensor) tensor
	// begin starts generation.
	begin(s *scope, b trainer.Batch) (decoding, error)
}

// Version names the libtorch that the program was built against.
func Version() string { return shim.Version() }

// BLASCore is the processor that OpenBLAS chose its kernels for ("Haswell"), or
// "" where libtorch multiplies with something else.
func BLASCore() string { return shim.BLASCore() }

// New makes the model of a configuration. Its weights are zero until Load.
func New(cfg trainer.Config, opts Options) (trainer.Model, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	device, err := parseDevice(opts.Device)
	if err != nil {
		return nil, err
	}
	m := &Model{cfg: cfg, t: newThread(), recompute: opts.Recompute, lossRows: max(1, trainer.LossChunk/cfg.Vocab)}
	if device >= 0 {
		m.lossRows *= 8 // a GPU waits for the starts of kernels with less
	}
	if err := m.t.do(func() error { return m.build(device, opts) }); err != nil {
		m.t.stop()
		return nil, fmt.Errorf("make the %s model: %w", cfg.Family, err)
	}
	return m, nil
}

func parseDevice(name string) (int, error) {
	kind, number, _ := strings.Cut(name, ":")
	switch {
	case name == "" || name == "cpu":
		return -1, nil
	case name == "cuda":
		return 0, nil
	case kind == "cuda":
		if n, err := strconv.Atoi(number); err == nil && n >= 0 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("unknown device %q; use cpu, cuda or cuda:N", name)
}

// DeviceName is a device with the type of its GPU, on which a training's bits
// depend.
func DeviceName(device string) string {
	n, err := parseDevice(device)
	if err != nil || n < 0 {
		return cmp.Or(device, "cpu")
	}
	return strings.TrimSpace(device + " " + shim.GPUName(n))
}

func (m *Model) build(device int, opts Options) error {
	if opts.Threads > 0 {
		if err := shim.SetThreads(opts.Threads); err != nil {
			return err
		}
	}
	if err := setPrecision(device, opts.Precision); err != nil {
		return err
	}
	if device >= 0 {
		shim.Repeatable()
	}
	shim.KeepMemory()
	m.s = newScope(device)
	m.s.half = types16[opts.Precision]
	var err error
	if m.w, err = newWeights(m.s, trainer.Params(m.cfg)); err != nil {
		m.s.free()
		return err
	}
	if m.net, err = newNetwork(m.cfg, m.w); err != nil {
		m.w.free()
		m.s.free()
	}
	return err
}

// setPrecision does what holds for the whole process; 16 bits are turned on for each
// loss, and only asked for here.
func setPrecision(device int, precision string) error {
	gpu := device >= 0
	switch precision {
	case "", "float32":
	case "tf32":
		if !gpu {
			return errors.New("tf32 needs a GPU; use float32 or bf16")
		}
	case "bf16", "fp16":
		if err := errors.Join(shim.Autocast(gpu, types16[precision]), shim.Autocast(gpu, shim.Float32)); err != nil {
			return err
		}
	default:
		return fmt.Errorf("unknown precision %q; use float32, tf32, bf16 or fp16", precision)
	}
	if gpu {
		return shim.TF32(precision == "tf32")
	}
	return nil
}

func newNetwork(cfg trainer.Config, w *weights) (network, error) {
	var net network
	switch cfg.Family {
	case "bert", "roberta":
		net = newBERT(cfg, w)
	case "gpt2":
		net = newGPT2(cfg, w)
	case "bloom":
		net = newBloom(cfg, w)
	case "t5":
		net = newT5(cfg, w)
	case "bart":
		net = newBART(cfg, w)
	default:
		return nil, fmt.Errorf("unknown family %q", cfg.Family)
	}
	return net, w.check()
}

// native runs f on the model's thread with an empty scope, freed after it.
func (m *Model) native(f func(s *scope) error) error {
	if m.closed {
		return errClosed
	}
	return m.t.do(func() error {
		defer m.s.close()
		return f(m.s)
	})
}

// Close frees everything. A second call does nothing.
func (m *Model) Close() error {
	if m.closed {
		return nil
	}
	m.closed = true
	err := m.t.do(func() error {
		m.s.free()
		m.w.free()
		return nil
	})
	m.t.stop()
	return err
}

// State copies weights and optimizer state out; see trainer.Model.
func (m *Model) State() ([]trainer.Tensor, error) {
	var out []trainer.Tensor
	err := m.native(func(s *scope) (err error) {
		out, err = m.w.state(s)
		return err
	})
	return out, err
}

// Load replaces weights and optimizer state; see trainer.Model. Moments are
// given for all weights or for none, which makes them zero.
func (m *Model) Load(state []trainer.Tensor) error {
	if err := m.native(func(s *scope) error { return m.w.load(s, state) }); err != nil {
		return fmt.Errorf("load the %s model: %w", m.cfg.Family, err)
	}
	return nil
}

// Eval is the loss of a batch without dropout; see trainer.Model.
func (m *Model) Eval(b trainer.Batch) (trainer.Stats, error) {
	var st trainer.Stats
	err := m.native(func(s *scope) error {
		defer shim.SetGrad(shim.SetGrad(false))
		t, err := m.prepare(b)
		if err != nil {
			return err
		}
		st.Tokens = int64(len(t.at))
		if st.Tokens > 0 {
			st.Loss = m.loss(s, m.states(s, b, t), t, 1, false) / float64(st.Tokens)
		}
		return s.err
	})
	if err != nil {
		return trainer.Stats{}, fmt.Errorf("evaluate: %w", err)
	}
	return st, nil
}

func (m *Model) prepare(b trainer.Batch) (targets, error) {
	if err := check(m.cfg, b); err != nil {
		return targets{}, err
	}
	return newTargets(m.cfg, b)
}

// states are the hidden states of the predicted positions.
func (m *Model) states(s *scope, b trainer.Batch, t targets) tensor {
	at := tensor(nil) // before a GPU is busy, which an upload waits for
	if len(t.at) < t.of {
		at = s.ints(t.at, int64(len(t.at)))
	}
	return s.cast(func() tensor {
		x := m.net.features(s, b)
		if at != nil {
			x = s.rows(x, at)
		}
		return x
	})
}

// loss is the sum over predicted positions, times by. The logits are made for
// lossRows positions at a time, and with backward their gradients too: all of them
// are never held at once.
func (m *Model) loss(s *scope, x tensor, t targets, by float64, backward bool) (sum float64) {
	n := len(t.label)
	if backward && (n > m.lossRows || m.recompute) {
		x = s.leaf(x)
	}
	for from := 0; from < n && s.err == nil; from += m.lossRows {
		mark, rows := s.enter(), min(m.lossRows, n-from)
		label, part := s.ints(t.label[from:from+rows], int64(rows)), x
		if rows < n {
			part = s.narrow(x, 0, int64(from), int64(rows))
		}
		loss := s.scale(s.cast(func() tensor { return s.crossEntropy(m.net.head(s, part), label) }), by)
		if backward {
			s.backward(loss)
		}
		sum += s.item(loss)
		s.leave(mark, nil)
	}
	return sum
}

// Step does one update; see trainer.Model.
func (m *Model) Step(micro []trainer.Batch, h trainer.Hyper) (trainer.Stats, error) {
	var st trainer.Stats
	err := m.native(func(s *scope) error {
		defer shim.SetGrad(shim.SetGrad(true))
		err := m.step(s, micro, h, &st)
		return errors.Join(err, shim.ZeroGrad(m.w.params))
	})
	if err != nil {
		return trainer.Stats{}, fmt.Errorf("step %d: %w", h.Step, err)
	}
	return st, nil
}

func (m *Model) step(s *scope, micro []trainer.Batch, h trainer.Hyper, st *trainer.Stats) error {
	up := max(1, h.LossScale)
	if err := m.gradients(s, micro, h.Seed, up, st); err != nil {
		return err
	}
	norm, err := shim.GradNorm(m.w.params)
	if err != nil {
		return err
	}
	st.Norm = norm / up
	if st.Tokens == 0 || beyond(st.Loss, h.MaxLoss) || beyond(st.Norm, h.MaxNorm) {
		st.Skipped = true
		return nil
	}
	return shim.AdamW(m.w.params, m.w.m, m.w.v, m.w.decayed, shim.Update{
		LR: h.LR, Beta1: h.Beta1, Beta2: h.Beta2, Eps: h.Eps, Decay: h.WeightDecay,
		Clip: clipFactor(st.Norm, h.Clip) / up, Step: h.Step, RMSScaled: h.RMSScaled,
	})
}

// gradients leaves the gradient of the mean loss of all micro-batches, times up.
func (m *Model) gradients(s *scope, micro []trainer.Batch, seed uint64, up float64, st *trainer.Stats) error {
	all := make([]targets, len(micro))
	for i, b := range micro {
		var err error
		if all[i], err = m.prepare(b); err != nil {
			return fmt.Errorf("micro-batch %d: %w", i, err)
		}
		st.Tokens += int64(len(all[i].at))
	}
	for i, b := range micro {
		if len(all[i].at) == 0 {
			continue
		}
		s.dropout, s.recompute, s.key = true, m.recompute, splitmix(seed+uint64(i))
		st.Loss += m.loss(s, m.states(s, b, all[i]), all[i], up/float64(st.Tokens), true) / up
		s.unwind()
		if s.err != nil {
			return fmt.Errorf("micro-batch %d: %w", i, s.err)
		}
		s.close()
	}
	return nil
}

// beyond is true above a limit, unless it is 0, and for what is no number.
func beyond(x, limit float64) bool {
	return math.IsNaN(x) || math.IsInf(x, 0) || limit > 0 && x > limit
}

// clipFactor is that of torch.nn.utils.clip_grad_norm_.
func clipFactor(norm, limit float64) float64 {
	if limit <= 0 {
		return 1
	}
	return min(1, limit/(norm+1e-6))
}
