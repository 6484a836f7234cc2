package dedup

import (
	"testing"

	"corpus"
)

// stepsOf are those of a corpus of documents of 1 kB, on a machine that signs
// 20 MB and sorts 5 million records a second.
func stepsOf(documents, all, memory int64) corpus.Plan {
	c := Config{}.withDefaults()
	s := sizes{documents: documents, bytes: 1000 * documents, indexed: all, parts: max(1, documents/250_000), workers: 2, memory: memory}
	var p corpus.Plan
	for _, pass := range Stage(c, all).Passes {
		p.Steps = append(p.Steps, planned{pass, c.work(pass.Name)}.step(s, speeds{20e6, 5e6}))
	}
	return p
}

// TestPlanGrows: disk and time grow with the new documents, of which ten times
// as many take less than twelve times as long.
func TestPlanGrows(t *testing.T) {
	seconds := func(p corpus.Plan) (sum float64) {
		for _, s := range p.Steps {
			sum += s.Seconds
		}
		return sum
	}
	one, ten := stepsOf(1e6, 1e6, 1e9), stepsOf(1e7, 1e7, 1e9)
	if r := float64(ten.Disk()) / float64(one.Disk()); r < 9 || r > 12 {
		t.Errorf("ten times the documents take %.1f times the disk", r)
	}
	if r := seconds(ten) / seconds(one); r < 9 || r > 12 {
		t.Errorf("ten times the documents take %.1f times as long", r)
	}
	if s := one.Steps[0]; s.Pass != "sign" || s.Seconds != 25 || s.Memory != 2*(textMemory+signerMemory+3*tableMemory) {
		t.Errorf("two workers sign 1 GB at 20 MB/s each: %+v", s)
	}
}

// TestPlanSpills: what memory holds takes no scratch space, and no step is said
// to hold more than the ceiling.
func TestPlanSpills(t *testing.T) {
	for _, memory := range []int64{200e6, 1e9, 16e9} {
		scratch := int64(0)
		for _, s := range stepsOf(1e6, 1e6, memory).Steps {
			scratch += s.Scratch
			if s.Memory > memory {
				t.Errorf("%s holds %d of %d", s.Pass, s.Memory, memory)
			}
		}
		if (scratch == 0) != (memory == 16e9) {
			t.Errorf("%d bytes of scratch with %d of memory", scratch, memory)
		}
	}
}
