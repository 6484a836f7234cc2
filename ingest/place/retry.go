package place

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// retry runs op until it succeeds, fails for good, or has failed too often.
func (o *Opener) retry(ctx context.Context, op func(context.Context) error) error {
	for n := 0; ; n++ {
		err := op(ctx)
		if err == nil || ctx.Err() != nil || n >= o.cfg.Retries || !again(err) || o.retried.Add(1) > MaxRetries {
			return err
		}
		timer := time.NewTimer(o.wait(err, n))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// again tells whether to try once more. What is neither a refusal nor a failed
// connection (credentials, settings, the disk) is final.
func again(err error) bool {
	var temporary interface{ again() bool }
	return !errors.Is(err, ErrChanged) && errors.As(err, &temporary) && temporary.again()
}

// wait is the time before retry n: between half and all of a time that doubles,
// so that many workers do not come back at once, and no less than the server
// asks for.
func (o *Opener) wait(err error, n int) time.Duration {
	d := min(maxWait, o.cfg.FirstWait<<min(n, 20))
	d = d/2 + rand.N(d/2+1)
	var status *statusError
	if errors.As(err, &status) {
		d = max(d, status.after)
	}
	return d
}
