package trainer

import "fmt"

// LossScale is the factor on the loss in fp16, whose smallest gradients would be
// zero: as large as it can be. Defaults of torch.amp.GradScaler.
type LossScale struct {
	Scale float64 `json:"scale"` // 0 = none
	Good  int     `json:"good"`  // updates since it last changed
}

const (
	firstScale = 65536
	scaleAfter = 2000 // updates without overflow, behind which it is doubled
	maxScale   = 1 << 24
)

// newLossScale is that of a precision.
func newLossScale(precision string) LossScale {
	if precision == "fp16" {
		return LossScale{Scale: firstScale}
	}
	return LossScale{}
}

// next is the scale behind an update, and whether that one was skipped because
// gradients were too large for it: with a lower one they may be good.
func (l LossScale) next(s Stats) (after LossScale, overflow bool) {
	if l.Scale == 0 {
		return l, false
	}
	if overflow = s.Skipped && finite(s.Loss) != nil && finite(s.Norm) == nil && l.Scale > 1; overflow {
		return LossScale{Scale: l.Scale / 2}, true
	}
	if l.Good++; l.Good >= scaleAfter && l.Scale < maxScale {
		return LossScale{Scale: l.Scale * 2}, false
	}
	return l, false
}

// overflowed is why such an update was skipped.
func overflowed(scale float64) string {
	return fmt.Sprintf("gradients overflow with the loss scaled by %g", scale)
}
