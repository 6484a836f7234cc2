package trainer

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// TestSpikeLimits: the rule of 6 standard deviations over 128 updates, from 64 on; a
// norm is 3 times the mean too.
func TestSpikeLimits(t *testing.T) {
	var r Recent
	for i := range 63 {
		r.add(Stats{Loss: float64(i % 2), Norm: 1}, Hyper{})
	}
	if loss, norm := r.limits(6); loss != 0 || norm != 0 {
		t.Errorf("limits %v, %v before the window is half full", loss, norm)
	}
	for range 3 { // what is no number is not held
		r.add(Stats{Loss: math.NaN(), Norm: math.Inf(1)}, Hyper{})
	}
	r.add(Stats{Loss: 1, Norm: 1}, Hyper{})
	loss, norm := r.limits(6)
	if want := 0.5 + 6*math.Sqrt(0.25*64/63); math.Abs(loss-want) > 1e-12 || norm != 3 {
		t.Errorf("limits %v, %v, want %v, 3", loss, norm, want)
	}
	if loss, norm = r.limits(0); loss != 0 || norm != 0 {
		t.Errorf("turned off: %v, %v", loss, norm)
	}
	for i := range 200 {
		r.add(Stats{Loss: float64(i), Norm: 50}, Hyper{MaxNorm: 2})
	}
	if len(r.Loss) != 128 || r.Loss[0] != 72 || r.Norm[127] != 2 {
		t.Errorf("%d losses from %v on, norm %v", len(r.Loss), r.Loss[0], r.Norm[127])
	}
	b, err := json.Marshal(r)
	var again Recent
	if err != nil || json.Unmarshal(b, &again) != nil || again.Loss[5] != r.Loss[5] {
		t.Errorf("%v", err)
	}
}

// TestSpikeLevel: a level that stays is learnt, and a run that diverged is not.
func TestSpikeLevel(t *testing.T) {
	skipped := func(level float64) (n int) {
		var r Recent
		for i := range 300 {
			v := math.Sin(float64(i))
			if i >= 200 {
				v += level
			}
			h := Hyper{}
			h.MaxLoss, _ = r.limits(6)
			h.MaxLoss += 1e-9 * float64(len(r.Loss)/spikeWindow) // 0 stands for none
			if i >= 200 && v > h.MaxLoss {
				n++
			}
			r.add(Stats{Loss: v}, h)
		}
		return n
	}
	if n := skipped(2); n != 0 {
		t.Errorf("%d of updates that are not beyond are skipped", n)
	}
	if n := skipped(8); n < 3 || n > 10 {
		t.Errorf("%d are skipped before a new level is learnt", n)
	}
	if n := skipped(1000); n < 20 {
		t.Errorf("only %d are skipped of a run that diverged", n)
	}
}

func TestWhySkipped(t *testing.T) {
	for want, c := range map[string]struct {
		s Stats
		h Hyper
	}{
		"its loss is NaN":                        {Stats{Loss: math.NaN()}, Hyper{}},
		"its gradient norm is +Inf":              {Stats{Norm: math.Inf(1)}, Hyper{}},
		"its loss of 9 is beyond 5.25":           {Stats{Loss: 9}, Hyper{MaxLoss: 5.25}},
		"its gradient norm of 1e+04 is beyond 3": {Stats{Norm: 1e4}, Hyper{MaxNorm: 3}},
		"nothing was to be predicted":            {Stats{}, Hyper{MaxNorm: 3}},
	} {
		if got := whySkipped(c.s, c.h); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if tighter(0, 3) != 3 || tighter(2, 0) != 2 || tighter(2, 3) != 2 || tighter(4, 3) != 3 || tighter(0, 0) != 0 {
		t.Error("tighter")
	}
}
