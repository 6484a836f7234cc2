package trainer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// DataInfo says which shards a phase reads: the first generations of a dataset.
type DataInfo struct {
	Shards      string `json:"shards"`      // key of the last of them, which stands for all before it
	Generations int    `json:"generations"` // how many
}

// Phase is a stretch of a run over one set of shards. It goes on from the
// weights and the optimizer of the phase before, with an order of examples and a
// rise and fall of the learning rate of its own ("Simple and Scalable Strategies
// to Continually Pre-train Large Language Models", arXiv 2403.08763).
type Phase struct {
	From     int64     `json:"from"`               // steps done before it
	Spec     Spec      `json:"spec"`               // Steps is the run's last step when the phase ends
	Data     DataInfo  `json:"data"`               //
	Identity string    `json:"identity"`           // SHA-256 of all that decides the weights at its end
	Decision *Decision `json:"decision,omitempty"` // where a budget of time has set the steps
	index    uint64
}

// identify sets the identity of a phase behind one of the identity before.
func (p *Phase) identify(r *RunInfo, before string) error {
	b, err := json.Marshal([]any{before, p.From, p.Spec.trajectory(), p.Data, r.Config, r.Special, r.Tokenizer})
	sum := sha256.Sum256(b)
	p.Identity = hex.EncodeToString(sum[:])
	return err
}

// rate is the learning rate of a step. A later phase warms up over at most a
// twentieth of its own steps, and falls at the end over at most a fifth.
func (p *Phase) rate(step int64) float64 {
	s := p.Spec.LRSchedule()
	if p.From > 0 {
		s.Steps -= p.From
		s.Warmup = min(s.Warmup, max(1, s.Steps/20))
		s.Decay = min(s.Decay, max(1, s.Steps/5))
	}
	return s.At(step - p.From)
}

// seed is that of the order and the noise of its examples.
func (p *Phase) seed() uint64 {
	if p.index == 0 {
		return p.Spec.Seed
	}
	return fold(domainPhase, []uint64{p.Spec.Seed, p.index})
}

// last is the newest phase.
func (r *RunInfo) last() *Phase { return &r.Phases[len(r.Phases)-1] }

// phaseOf is the phase of a step, or nil for one beyond the last.
func (r *RunInfo) phaseOf(step int64) *Phase {
	i := slices.IndexFunc(r.Phases, func(p Phase) bool { return step <= p.Spec.Steps })
	if i < 0 {
		return nil
	}
	r.Phases[i].index = uint64(i)
	return &r.Phases[i]
}
