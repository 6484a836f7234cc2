package trainer

import (
	"math"
	"testing"
)

// TestFlops: GPT-2 124M as nanoGPT counts it (estimate_mfu: 6N + 12·L·H·Q·T a token,
// N without positions), BERT's head at its predicted positions alone, and T5's two
// stacks.
func TestFlops(t *testing.T) {
	c, err := Architecture("gpt2", "base")
	if err != nil {
		t.Fatal(err)
	}
	const T = 1024
	matrices := 12*12*768*768 + 50257*768
	want := T * float64(6*matrices+12*12*12*64*T)
	if got := Flops(c, T, 0, T); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("gpt2: %v, want %v", got, want)
	}
	nanoGPT := T * float64(6*(124_439_808-1024*768)+12*12*12*64*T) // norms and biases too
	if got := Flops(c, T, 0, T); math.Abs(got/nanoGPT-1) > 2e-3 {
		t.Errorf("gpt2: %v, nanoGPT says %v", got, nanoGPT)
	}
	if c, err = Architecture("bert-base", ""); err != nil {
		t.Fatal(err)
	}
	want = 6*float64(512*12*12*768*768+77*(768*768+30522*768)) + 12*12*768*512*512
	if got := Flops(c, 512, 0, 77); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("bert: %v, want %v", got, want)
	}
	if c, err = Architecture("t5-base", ""); err != nil {
		t.Fatal(err)
	}
	d := 768 * 768
	want = 6*float64(512*12*12*d+114*12*(4+2+8)*d+512*12*2*d+114*32128*768) + 12*768*12*float64(512*512+114*(114+512))
	if got := Flops(c, 512, 114, 114); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("t5: %v, want %v", got, want)
	}
}
