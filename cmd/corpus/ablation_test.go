package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// Every job is done once, never more than n at a time; the first failure is what is
// returned, and no further job begins.
func TestSideBySide(t *testing.T) {
	var mu sync.Mutex
	var did []int
	var running, most atomic.Int64
	job := func(_ context.Context, i int) error {
		now := running.Add(1)
		defer running.Add(-1)
		mu.Lock()
		defer mu.Unlock()
		most.Store(max(most.Load(), now))
		did = append(did, i)
		return nil
	}
	must(t, sideBySide(t.Context(), 3, 50, job))
	if slices.Sort(did); len(did) != 50 || len(slices.Compact(did)) != 50 || most.Load() > 3 {
		t.Errorf("%d jobs, %d at a time: %v", len(did), most.Load(), did)
	}
	broken, began := errors.New("broken"), 0
	err := sideBySide(t.Context(), 1, 50, func(_ context.Context, i int) error {
		if began++; i == 7 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || began != 8 {
		t.Errorf("%d jobs began, %v", began, err)
	}
	stop, cancel := context.WithCancelCause(t.Context())
	cancel(broken)
	if err := sideBySide(stop, 2, 5, job); !errors.Is(err, broken) {
		t.Error(err)
	}
}
