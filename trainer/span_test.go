package trainer

import (
	"math"
	"slices"
	"testing"
)

// manySentinels has room for rows of 1024.
func manySentinels() Special {
	s := testSpecial
	s.Sentinels = nil
	for i := range int32(100) {
		s.Sentinels = append(s.Sentinels, 7+i)
	}
	return s
}

// TestSpanLengths has the figures of t5/data/preprocessors.py
// random_spans_helper at density 0.15 and mean length 3.
func TestSpanLengths(t *testing.T) {
	for cols, want := range map[int][2]int{128: {141, 29}, 256: {284, 58}, 512: {568, 114}, 1024: {1137, 229}} {
		o := newTestObjective(t, Spec{Objective: "span", SeqLen: cols}, manySentinels(), 1000, false)
		in, out := o.Shape()
		if o.Room() != want[0] || out != want[1] || in != cols {
			t.Errorf("%d: raw %d, input %d, target %d, want %v", cols, o.Room(), in, out, want)
		}
	}
}

// TestSpanCounts rounds halves to even.
func TestSpanCounts(t *testing.T) {
	for _, c := range []struct {
		n            int
		density, len float64
		noise, spans int
	}{
		{568, 0.15, 3, 85, 28},
		{10, 0.25, 3, 2, 1},   // 2.5 tokens
		{14, 0.25, 1, 4, 4},   // 3.5 tokens
		{100, 0.15, 6, 15, 2}, // 2.5 spans
		{100, 0.21, 6, 21, 4}, // 3.5 spans
		{2, 0.9, 3, 1, 1},
		{3, 0.01, 3, 1, 1},
	} {
		if noise, spans := spanCounts(c.n, c.density, c.len); noise != c.noise || spans != c.spans {
			t.Errorf("%+v: %d tokens in %d spans", c, noise, spans)
		}
	}
}

// TestSpanRestores: the target fills the input's sentinels back to the text; no
// example has padding, and none begins with a hidden token.
func TestSpanRestores(t *testing.T) {
	special := manySentinels()
	for _, s := range []Spec{
		{Objective: "span", SeqLen: 512},
		{Objective: "span", SeqLen: 20},
		{Objective: "span", SeqLen: 4},
		{Objective: "span", SeqLen: 64, NoiseDensity: 0.5, SpanLength: 10},
		{Objective: "span", SeqLen: 64, NoiseDensity: 0.4, SpanLength: 1},
	} {
		o := newTestObjective(t, s, special, 2000, false)
		for n := range uint64(200) {
			tokens := make([]int32, o.Room())
			for i := range tokens {
				tokens[i] = int32(200 + i)
			}
			row := example(o, tokens, n)
			if row.Input[0] != tokens[0] || row.Input[len(row.Input)-1] != special.EOS || row.Labels[len(row.Labels)-1] != special.EOS {
				t.Fatalf("frame: input %v, labels %v", row.Input, row.Labels)
			}
			if row.Decoder[0] != special.Pad || !slices.Equal(row.Decoder[1:], row.Labels[:len(row.Labels)-1]) {
				t.Fatal("the decoder does not read its labels shifted by one")
			}
			if got := refill(t, special, row.Input, row.Labels); !slices.Equal(got, tokens) {
				t.Fatalf("%+v: restored %v", s, got)
			}
		}
	}
}

// refill puts what follows each sentinel of the target in its place in the input.
func refill(t *testing.T, special Special, input, target []int32) []int32 {
	var out []int32
	next := 0
	for _, id := range input[:len(input)-1] {
		if next < len(special.Sentinels) && id == special.Sentinels[next] {
			if target[0] != id {
				t.Fatalf("target goes on with %v, input with sentinel %d", target, id)
			}
			for target = target[1:]; target[0] >= 200; target = target[1:] {
				out = append(out, target[0])
			}
			next++
			continue
		}
		out = append(out, id)
	}
	if len(target) != 1 {
		t.Fatalf("left of the target: %v", target)
	}
	return out
}

// TestSpanShares: over many rows, the hidden share and the mean span are the
// published ones, and spans are spread evenly.
func TestSpanShares(t *testing.T) {
	o := newTestObjective(t, Spec{Objective: "span", SeqLen: 512}, manySentinels(), 1000, false).(span)
	noise, spans := spanCounts(o.room, o.density, o.length)
	hidden := make([]float64, o.room)
	const rows = 3000
	longest := 0
	for n := range uint64(rows) {
		r := stream(n)
		at := 0
		kept, gone := segments(o.room-noise, spans, r), segments(noise, spans, r)
		for i := range kept {
			at += kept[i]
			longest = max(longest, gone[i])
			for range gone[i] {
				hidden[at]++
				at++
			}
		}
		if at != o.room || len(kept) != spans || slices.Min(kept) < 1 || slices.Min(gone) < 1 {
			t.Fatalf("segments %v and %v", kept, gone)
		}
	}
	if longest < 12 {
		t.Errorf("longest span %d: lengths do not vary", longest)
	}
	// The middle is hidden at nearly the density (the last token always is, so the
	// rest a little less); the first token never.
	mean := 0.0
	for _, h := range hidden[100:468] {
		mean += h / rows / 368
	}
	if math.Abs(mean-0.15) > 0.005 || hidden[0] != 0 {
		t.Errorf("hidden share %v, first token %v", mean, hidden[0])
	}
}

// TestShortSpans: rows of every length from one token on give back their text, and
// nothing is predicted of what is behind them.
func TestShortSpans(t *testing.T) {
	for _, s := range []Spec{
		{Objective: "span", SeqLen: 64},
		{Objective: "span", SeqLen: 40, NoiseDensity: 0.3},
		{Objective: "span", SeqLen: 64, NoiseDensity: 0.4, SpanLength: 1},
	} {
		o := newTestObjective(t, s, manySentinels(), 2000, false)
		cols, decCols := o.Shape()
		for n := 1; n <= o.Room(); n++ {
			text := make([]int32, n)
			for i := range text {
				text[i] = int32(200 + i)
			}
			row := Row{Input: make([]int32, cols), Decoder: make([]int32, decCols), Labels: make([]int32, decCols)}
			seen := o.Example(Passage{Tokens: text}, stream(uint64(n)), row)
			end := slices.Index(row.Labels, testSpecial.EOS) + 1
			if got := refill(t, manySentinels(), row.Input[:seen], row.Labels[:end]); !slices.Equal(got, text) {
				t.Fatalf("%d tokens come back as %v", n, got)
			}
			if !slices.Equal(row.Decoder[1:end], row.Labels[:end-1]) {
				t.Fatalf("the decoder reads %v for %v", row.Decoder, row.Labels)
			}
			for _, id := range row.Labels[end:] {
				if id != Ignore {
					t.Fatalf("%d tokens have labels %v", n, row.Labels)
				}
			}
		}
	}
}

// TestSegmentsUniform: all ways to cut are equally likely (5 into 3: 6 ways).
func TestSegmentsUniform(t *testing.T) {
	count := map[[3]int]float64{}
	const draws = 60000
	r := stream(1)
	for range draws {
		count[[3]int(segments(5, 3, r))]++
	}
	if len(count) != 6 {
		t.Errorf("%d ways: %v", len(count), count)
	}
	for way, n := range count {
		if math.Abs(n/draws-1.0/6) > 0.008 {
			t.Errorf("%v: %v", way, n/draws)
		}
	}
}

func TestSpanRefuses(t *testing.T) {
	for name, s := range map[string]Spec{
		"sentinels": {Objective: "span", SeqLen: 512},
		"density":   {Objective: "span", SeqLen: 64, NoiseDensity: 1},
		"length":    {Objective: "span", SeqLen: 64, SpanLength: 0.5},
		"row":       {Objective: "span", SeqLen: 3},
		"no room":   {Objective: "span", SeqLen: 12, NoiseDensity: 0.9, SpanLength: 1},
	} {
		s, err := s.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewObjective(s, testSpecial, 1000, false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzSpan(f *testing.F) {
	f.Add(64, 0.15, 3.0, uint64(1))
	f.Add(4, 0.5, 1.0, uint64(2))
	f.Add(200, 0.9, 9.0, uint64(3))
	f.Fuzz(func(t *testing.T, cols int, density, length float64, seed uint64) {
		if cols > 2000 {
			return
		}
		o, err := newSpan(cols, density, length, manySentinels())
		if err != nil {
			return
		}
		in, out := o.Shape()
		if in > cols || out < 1 {
			t.Fatalf("shape %d, %d for %d", in, out, cols)
		}
		tokens := make([]int32, o.Room())
		for i := range tokens {
			tokens[i] = int32(200 + i)
		}
		row := example(o, tokens, seed)
		if got := refill(t, manySentinels(), row.Input, row.Labels); !slices.Equal(got, tokens) {
			t.Fatalf("restored %v", got)
		}
	})
}
