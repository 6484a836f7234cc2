package main

import (
	"slices"
	"testing"
)

func TestVocabSizes(t *testing.T) {
	for text, want := range map[string][]int{"16000": {16000}, "8k": {8000}, "8k, 16k,500": {8000, 16000, 500}} {
		var v vocabSizes
		if err := v.Set(text); err != nil || !slices.Equal(v, want) {
			t.Errorf("%q: %v %v", text, v, err)
		}
	}
	for _, text := range []string{"", "k", "8K", "8kk", "-1", "8,", "1e3", "9999999999999999999"} {
		if err := new(vocabSizes).Set(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

// FuzzVocabSizes: what is read is written so that it reads as the same.
func FuzzVocabSizes(f *testing.F) {
	f.Add("8k,16k,32000")
	f.Fuzz(func(t *testing.T, text string) {
		var v, back vocabSizes
		if v.Set(text) != nil {
			return
		}
		if err := back.Set(v.String()); slices.Max(v) < 1<<32 && (err != nil || !slices.Equal(v, back)) {
			t.Errorf("%q: %v, written and read again %v (%v)", text, v, back, err)
		}
	})
}
