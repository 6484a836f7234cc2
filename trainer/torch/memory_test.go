//go:build torch

package torch

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"corpus/trainer"
)

// resident is the process's memory in bytes.
func resident(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("needs /proc/self/status: ", err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	var kb int64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

// Training holds neither native nor Go memory from step to step; `make soak` looks at
// 10,000 of each family.
func TestMemoryIsSteady(t *testing.T) {
	steps, warm := int64(200), int64(50)
	if os.Getenv("CORPUS_SOAK") != "" {
		steps, warm = 10_000, 1_000
	}
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			m := newModel(t, tinyConfig(family))
			var start, end runtime.MemStats
			var before int64
			for step := int64(1); step <= steps; step++ {
				if step == warm+1 {
					runtime.GC()
					runtime.ReadMemStats(&start)
					before = resident(t)
				}
				mustStep(t, m, step)
				if len(m.s.owned) != 0 {
					t.Fatalf("step %d leaves %d tensors", step, len(m.s.owned))
				}
			}
			runtime.ReadMemStats(&end)
			grown := resident(t) - before
			perStep := (end.TotalAlloc - start.TotalAlloc) / uint64(steps-warm)
			t.Logf("resident memory %d KiB behind step %d, %d KiB behind step %d; Go allocates %d bytes and %d objects a step",
				before>>10, warm, (before+grown)>>10, steps, perStep, (end.Mallocs-start.Mallocs)/uint64(steps-warm))
			if grown > 4<<20 {
				t.Errorf("resident memory grew by %d bytes in %d steps", grown, steps-warm)
			}
			if perStep > 64<<10 {
				t.Errorf("Go allocates %d bytes a step", perStep)
			}
		})
	}
}

// So do sessions.
func TestSessionsFreeTheirMemory(t *testing.T) {
	for _, family := range families {
		m := newModel(t, tinyConfig(family))
		var before int64
		for i := range 300 {
			if i == 100 {
				before = resident(t)
			}
			ses, err := m.Begin(cyclic(m.cfg, 4, 24, 1))
			if err != nil {
				t.Fatal(err)
			}
			var ids []int32
			if m.cfg.Stacks() != trainer.EncoderOnly {
				ids = make([]int32, 4*20)
			}
			if _, err := ses.Next(ids); err != nil {
				t.Fatal(err)
			}
			if err := ses.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if grown := resident(t) - before; grown > 2<<20 {
			t.Errorf("%s: 200 sessions leave %d bytes", family, grown)
		}
	}
}
