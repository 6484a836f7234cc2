package place

import (
	"context"
	"testing"
	"time"
)

func TestRetriesAreCapped(t *testing.T) {
	o := New(Config{FirstWait: time.Nanosecond})
	broken := func(n *int) func(context.Context) error {
		return func(context.Context) error { *n++; return &statusError{status: 503} }
	}
	first, last := 0, 0
	if err := o.retry(t.Context(), broken(&first)); err == nil || first != 1+retries {
		t.Errorf("tried %d times: %v", first, err)
	}
	o.retried.Store(MaxRetries)
	if err := o.retry(t.Context(), broken(&last)); err == nil || last != 1 {
		t.Errorf("tried %d times after the run's last retry: %v", last, err)
	}
}

func TestWaits(t *testing.T) {
	o := New(Config{})
	total := time.Duration(0)
	for n := range retries {
		least := min(maxWait, firstWait<<n) / 2
		d := o.wait(&netError{errStalled}, n)
		if d < least || d > 2*least {
			t.Errorf("wait %d is %v, not %v to %v", n, d, least, 2*least)
		}
		total += d
	}
	if total < 30*time.Second || total > 62*time.Second {
		t.Errorf("waits are %v in all", total)
	}
	if d := o.wait(&statusError{status: 503, after: time.Minute}, 0); d != time.Minute {
		t.Errorf("Retry-After 60 gives %v", d)
	}
}
