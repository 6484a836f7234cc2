package tensorboard

import (
	"bytes"
	"math"
	"os"
	"testing"
)

// TestGolden: the bytes of TensorBoard's own package (trainer/testdata/scripts/make_events.py).
func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/golden.tfevents")
	if err != nil {
		t.Fatal(err)
	}
	got := AppendHeader(nil, 1764313000.25)
	got = Append(got, 1764313001.5, 1, Scalar{"train/loss", 9.71875}, Scalar{"train/lr", 0})
	got = Append(got, 1764313002.75, 10, Scalar{"train/loss", 1. / 3}, Scalar{"valid/loss", math.NaN()})
	got = Append(got, 1764313003, 123456789012, Scalar{"valid/loss/wiki", -1e30})
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%x\nwant\n%x", got, want)
	}
}
