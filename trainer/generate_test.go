package trainer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"corpus"
)

func TestChoose(t *testing.T) {
	logits := []float32{0, 2, 1, 2, -1}
	for _, c := range []struct {
		s    Sampling
		want []float64 // probability of each token
	}{
		{Sampling{}, []float64{0, 1, 0, 0, 0}},
		{Sampling{Temperature: 1, TopK: 1}, []float64{0, 1, 0, 0, 0}},
		{Sampling{Temperature: 1, TopK: 2}, []float64{0, .5, 0, .5, 0}},
		{Sampling{Temperature: 1}, []float64{.0530, .3917, .1441, .3917, .0195}},
		{Sampling{Temperature: 0.5}, []float64{.0087, .4638, .0628, .4638, .0012}},
		{Sampling{Temperature: 1, TopP: 0.3}, []float64{0, 1, 0, 0, 0}},
		{Sampling{Temperature: 1, TopP: 0.4}, []float64{0, .5, 0, .5, 0}},
		{Sampling{Temperature: 1, TopP: 0.8}, []float64{0, .4223, .1554, .4223, 0}},
		{Sampling{Temperature: 1, TopP: 0.9, TopK: 3}, []float64{0, .4223, .1554, .4223, 0}},
		{Sampling{Temperature: 1, TopP: 1}, []float64{.0530, .3917, .1441, .3917, .0195}},
	} {
		count := make([]float64, len(logits))
		const draws = 40000
		for r, n := stream(1), 0; n < draws; n++ {
			count[c.s.choose(logits, r)]++
		}
		for i := range count {
			if math.Abs(count[i]/draws-c.want[i]) > 0.012 {
				t.Errorf("%+v: token %d drawn at rate %v, want %v", c.s, i, count[i]/draws, c.want[i])
			}
		}
	}
}

// trained is a fake model that has learned chain.
func trained(t *testing.T, objective string) Job {
	t.Helper()
	j := smallJob(t, objective, 400)
	j.Spec.Batch, j.Spec.LR = 8, 0.05
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestGenerate(t *testing.T) {
	j := trained(t, "clm")
	prompt := []int32{17, 18}
	greedy, err := Generate(model(j), j.Config, prompt, Generation{MaxNew: 8}, nil)
	if err != nil || len(greedy) == 0 || len(greedy) > 8 {
		t.Fatalf("%v, %v", greedy, err)
	}
	for i, id := range append([]int32{18}, greedy...) { // each token follows as chain allows
		if i > 0 {
			before := append([]int32{18}, greedy...)[i-1]
			if a := 17 + (3*(before-17)+1)%(testVocab-17); id != a && id != 17+(a-17+1)%(testVocab-17) {
				t.Errorf("%d does not follow %d: %v", id, before, greedy)
			}
		}
	}
	again, err := Generate(model(j), j.Config, prompt, Generation{MaxNew: 8}, nil)
	if err != nil || !slices.Equal(again, greedy) {
		t.Errorf("greedy twice: %v and %v", greedy, again)
	}
	sample := func(seed uint64) string {
		out, err := Generate(model(j), j.Config, prompt, Generation{Sampling: Sampling{Temperature: 1.5, Seed: seed}, MaxNew: 10}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(out)
	}
	seen := map[string]bool{}
	for seed := range uint64(20) {
		if again := sample(seed); again != sample(seed) {
			t.Errorf("seed %d gives two samples, one %s", seed, again)
		}
		seen[sample(seed)] = true
	}
	if len(seen) < 10 {
		t.Errorf("20 seeds give %d samples", len(seen))
	}
}

func TestGenerateEnds(t *testing.T) {
	j := smallJob(t, "clm", 1)
	if err := model(j).Load(Init(j.Config, 1)); err != nil {
		t.Fatal(err)
	}
	// The table of positions is 12 long; the last token needs none.
	out, err := Generate(model(j), j.Config, []int32{17, 18, 19}, Generation{MaxNew: 100}, nil)
	if err != nil || len(out) > 10 {
		t.Errorf("%d tokens, %v", len(out), err)
	}
	long, err := Generate(banEOS{model(j)}, j.Config, []int32{17, 18, 19}, Generation{MaxNew: 100}, nil)
	if err != nil || len(long) != 10 {
		t.Errorf("%d tokens, want 10: %v", len(long), err)
	}
	open := j.Config
	open.MaxPositions = 0 // as BLOOM has no table
	if long, err := Generate(banEOS{model(j)}, open, make([]int32, 12), Generation{MaxNew: 30}, nil); err != nil || len(long) != 30 {
		t.Errorf("%d tokens without a table, want 30: %v", len(long), err)
	}
	if _, err := Generate(model(j), j.Config, make([]int32, 12), Generation{}, nil); corpus.ClassOf(err) != corpus.Usage {
		t.Errorf("full prompt: %v", err)
	}
	if _, err := Generate(model(j), j.Config, []int32{testVocab}, Generation{}, nil); corpus.ClassOf(err) != corpus.Usage {
		t.Errorf("unknown token: %v", err)
	}
	if _, err := Generate(model(j), j.Config, nil, Generation{Sampling: Sampling{Temperature: -1}}, nil); corpus.ClassOf(err) != corpus.Usage {
		t.Errorf("temperature: %v", err)
	}
	if empty, err := Generate(banEOS{model(j)}, j.Config, nil, Generation{MaxNew: 3}, nil); err != nil || len(empty) != 3 {
		t.Errorf("empty prompt: %v, %v", empty, err)
	}
	stop := errors.New("stop")
	calls := 0
	if _, err := Generate(banEOS{model(j)}, j.Config, nil, Generation{}, func(int32) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
		t.Errorf("emit: %v after %d calls", err, calls)
	}
}

// banEOS is a model that never ends.
type banEOS struct{ Model }

type endless struct {
	Session
	eos int
}

func (m banEOS) Begin(b Batch) (Session, error) {
	s, err := m.Model.Begin(b)
	return endless{s, 2}, err
}

func (s endless) Next(ids []int32) ([]float32, error) {
	logits, err := s.Session.Next(ids)
	logits[s.eos] = float32(math.Inf(-1))
	return logits, err
}

func TestGenerateBadLogits(t *testing.T) {
	j := smallJob(t, "clm", 1)
	w := Init(j.Config, 1)
	w[0].Data[20*j.Config.Hidden] = float32(math.NaN())
	if err := model(j).Load(w); err != nil {
		t.Fatal(err)
	}
	if _, err := Generate(model(j), j.Config, []int32{17}, Generation{}, nil); corpus.ClassOf(err) != corpus.Corrupt {
		t.Errorf("%v", err)
	}
}

// letters is a Text of one token a letter, with the reserved tokens written out.
type letters struct{}

func (letters) EncodePrompt(dst []uint32, s string) []uint32 {
	for len(s) > 0 {
		switch {
		case strings.HasPrefix(s, "<mask>"):
			dst, s = append(dst, uint32(testSpecial.Mask)), s[6:]
		case strings.HasPrefix(s, "<extra_id_0>"):
			dst, s = append(dst, uint32(testSpecial.Sentinels[0])), s[12:]
		default:
			dst, s = append(dst, uint32(s[0]-'a')+17), s[1:]
		}
	}
	return dst
}

// Decode writes token 39 as the first and 38 as the second half of "é".
func (letters) Decode(ids []uint32, _ bool) (string, error) {
	var b []byte
	for _, id := range ids {
		switch {
		case id == 39:
			b = append(b, 0xc3)
		case id == 38:
			b = append(b, 0xa9)
		case id >= 17:
			b = append(b, byte(id-17)+'a')
		default:
			b = fmt.Appendf(b, "<%d>", id)
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), nil
}

// script is a model whose next tokens are given.
type script struct {
	Model
	tokens []int32
	begun  *Batch
	fed    *[]int32
}

func (m script) Begin(b Batch) (Session, error) {
	*m.begun = b
	return &scriptSession{m, 0}, nil
}

type scriptSession struct {
	m  script
	at int
}

func (s *scriptSession) Next(ids []int32) ([]float32, error) {
	*s.m.fed = append(*s.m.fed, ids...)
	logits := make([]float32, testVocab)
	logits[s.m.tokens[s.at]] = 9
	s.at++
	return logits, nil
}

func (s *scriptSession) Close() error { return nil }

func TestWrite(t *testing.T) {
	j := smallJob(t, "clm", 1)
	var begun Batch
	var fed []int32
	w := Writer{script{nil, []int32{19, 39, 38, 6, 20, 39, 2}, &begun, &fed}, j.Config, testSpecial, letters{}}
	var pieces []string
	// The mask (6) is banned, so token 0 is next: also banned; then the largest id that is left.
	got, ids, err := w.Write("ab", Generation{MaxNew: 7}, func(s string) error {
		pieces = append(pieces, s)
		return nil
	})
	if err != nil || !strings.HasPrefix(got, "cé") || strings.Join(pieces, "") != got {
		t.Errorf("%q in pieces %q, %v", got, pieces, err)
	}
	if len(pieces) < 2 || pieces[0] != "c" || pieces[1] != "é" {
		t.Errorf("pieces %q: a character was cut", pieces)
	}
	if !slices.Equal(fed[:4], []int32{17, 18, 19, 39}) || begun.Rows != 1 || !slices.Equal(fed[2:], ids) {
		t.Errorf("fed %v, written %v", fed, ids)
	}
	for _, id := range ids {
		if testSpecial.set(testVocab)[id] {
			t.Errorf("reserved token %d was generated", id)
		}
	}
}

func TestWriteT5(t *testing.T) {
	j := smallJob(t, "span", 1)
	for prompt, row := range map[string][]int32{
		"ab":             {17, 18, 7, 2},
		"a<extra_id_0>b": {17, 7, 18, 2},
	} {
		var begun Batch
		var fed []int32
		w := Writer{script{nil, []int32{7, 19, 2}, &begun, &fed}, j.Config, testSpecial, letters{}}
		got, _, err := w.Write(prompt, Generation{}, nil)
		if err != nil || got != "<7>c" || !slices.Equal(begun.Input, row) || !slices.Equal(fed, []int32{0, 7, 19}) {
			t.Errorf("%q: %q, encoder %v, decoder %v, %v", prompt, got, begun.Input, fed, err)
		}
	}
}

// TestGenerateT5End: the encoder reads one end token, given or not.
func TestGenerateT5End(t *testing.T) {
	j := smallJob(t, "span", 1)
	for _, prompt := range [][]int32{{17, 18}, {17, 18, 2}} {
		var begun Batch
		var fed []int32
		out, err := Generate(script{nil, []int32{19, 2}, &begun, &fed}, j.Config, prompt, Generation{}, nil)
		if err != nil || !slices.Equal(out, []int32{19}) || !slices.Equal(begun.Input, []int32{17, 18, 2}) {
			t.Errorf("%v: encoder %v, out %v, %v", prompt, begun.Input, out, err)
		}
	}
}

func TestFill(t *testing.T) {
	j := trained(t, "mlm")
	w := Writer{model(j), j.Config, testSpecial, letters{}}
	f, err := w.Fill("ab<mask>d<mask>", 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Masks) != 2 || len(f.Masks[0]) != 3 || !strings.HasPrefix(f.Text, "ab") || strings.Contains(f.Text, "<6>") {
		t.Errorf("%+v", f)
	}
	if f.Masks[0][0].P < f.Masks[0][1].P || f.Masks[0][0].P <= 0 || f.Masks[0][0].P >= 1 {
		t.Errorf("probabilities %+v", f.Masks[0])
	}
	for _, bad := range []string{"ab", "", strings.Repeat("a", 20) + "<mask>"} {
		if _, err := w.Fill(bad, 3); corpus.ClassOf(err) != corpus.Usage {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, _, err := w.Write("a", Generation{}, nil); corpus.ClassOf(err) != corpus.Usage {
		t.Errorf("an encoder writes: %v", err)
	}
}
