package trainer

import (
	"math"
	"slices"
	"testing"

	"corpus"
)

// Pieces of the tests' vocabulary behind the reserved tokens: words of one or two
// tokens, full stops, and one that goes on with a word.
const (
	wordFrom   = 20 // each begins a word
	suffix     = 600
	stop       = 601
	lineEnd    = 602
	proseVocab = 700
)

func proseSpecial() Special {
	s := testSpecial
	s.Pieces = make([]Piece, proseVocab)
	for id := range s.Pieces {
		s.Pieces[id] = NewPiece(" word")
	}
	s.Pieces[suffix], s.Pieces[stop], s.Pieces[lineEnd] = NewPiece("ing"), NewPiece("."), NewPiece("\n")
	return s
}

// prose is documents of sentences, of n tokens in all; every word is another one, so
// that a place can be told by its token.
func prose(n int, words ...uint64) []int32 {
	r, out, next := stream(words...), []int32{}, int32(wordFrom)
	for len(out) < n {
		out = append(out, next)
		if next++; next == suffix {
			next = wordFrom
		}
		switch u := r.IntN(40); {
		case u < 8:
			out = append(out, suffix)
		case u < 12:
			out = append(out, stop)
		case u == 12:
			out = append(out, testSpecial.EOS)
		}
	}
	return out[:n]
}

func denoiser(t testing.TB, s Spec, special Special) denoise {
	s.Objective = "denoise"
	return newTestObjective(t, s, special, proseVocab, false).(denoise)
}

// TestDenoiseRow: the decoder writes the row as it was, behind its start; the
// encoder sees its frame, masks and tokens of the row, none more often than there,
// and ends of documents at their places.
func TestDenoiseRow(t *testing.T) {
	special := proseSpecial()
	for _, s := range []Spec{{SeqLen: 512}, {SeqLen: 64, SpanLength: 1}, {SeqLen: 64, NoiseDensity: 0.9, SpanLength: 10}, {SeqLen: 4}} {
		o := denoiser(t, s, special)
		for n := range uint64(300) {
			text := prose(1+int(n)%o.Room(), n)
			row := Row{Input: make([]int32, o.cols), Decoder: make([]int32, o.cols), Labels: make([]int32, o.cols)}
			seen := o.Example(Passage{Tokens: text}, stream(7, n), row)

			plain := text
			if text[len(text)-1] == special.EOS {
				plain = text[:len(text)-1]
			}
			want := append(append([]int32{special.BOS}, plain...), special.EOS)
			if !slices.Equal(row.Labels[:len(want)], want) || row.Decoder[0] != special.EOS || !slices.Equal(row.Decoder[1:len(want)], want[:len(want)-1]) {
				t.Fatalf("labels %v, decoder %v of %v", row.Labels, row.Decoder, text)
			}
			for i := len(want); i < o.cols; i++ {
				if row.Labels[i] != Ignore || row.Decoder[i] != special.Pad {
					t.Fatalf("behind the row: label %d, decoder %d", row.Labels[i], row.Decoder[i])
				}
			}
			if row.Input[0] != special.BOS || row.Input[seen-1] != special.EOS || seen > o.cols {
				t.Fatalf("input %v", row.Input[:seen])
			}
			for _, id := range row.Input[seen:] {
				if id != special.Pad {
					t.Fatalf("behind the input: %v", row.Input)
				}
			}
			wantDocs, gotDocs := documents(plain, special.EOS), documents(row.Input[1:seen-1], special.EOS)
			if len(wantDocs) != len(gotDocs) {
				t.Fatalf("%d documents, %d in the row", len(gotDocs), len(wantDocs))
			}
			for i, doc := range gotDocs {
				left := slices.Clone(wantDocs[i])
				for _, id := range doc {
					if at := slices.Index(left, id); id != special.Mask {
						if at < 0 {
							t.Fatalf("document %d has %d, which it had not: %v of %v", i, id, doc, wantDocs[i])
						}
						left = slices.Delete(left, at, at+1)
					}
				}
			}
		}
	}
}

func documents(tokens []int32, eos int32) (list [][]int32) {
	for {
		at := slices.Index(tokens, eos)
		if at < 0 {
			return append(list, tokens)
		}
		list, tokens = append(list, tokens[:at]), tokens[at+1:]
	}
}

// TestDenoiseShares: 30 % of the words are hidden, in spans of a Poisson
// distribution of mean 3, a span of none being a mask put in between; whole words,
// everywhere alike.
func TestDenoiseShares(t *testing.T) {
	special := proseSpecial()
	o := denoiser(t, Spec{SeqLen: 512}, special)
	text := make([]int32, 0, 500) // 400 words, of which every fourth has two tokens
	for i := range 400 {
		if text = append(text, int32(wordFrom+i)); i%4 == 0 {
			text = append(text, suffix)
		}
	}
	const rows = 4000
	hidden, lengths, spans := make([]float64, 400), map[int]float64{}, 0.0
	for n := range uint64(rows) {
		row := Row{Input: make([]int32, 512), Decoder: make([]int32, 512), Labels: make([]int32, 512)}
		seen := o.Example(Passage{Tokens: text}, stream(3, n), row)
		next, count := 0, 0 // the first word that was not seen yet
		masks := 0
		account := func(upTo int) { // of masks in a row only the sum is known
			if masks == 1 {
				lengths[upTo-next]++
			}
			spans += float64(masks)
			for ; next < upTo; next++ {
				hidden[next]++
				count++
			}
			masks = 0
		}
		in := row.Input[1 : seen-1]
		for i, id := range in {
			switch id {
			case special.Mask:
				masks++
			case suffix:
				if in[i-1] < wordFrom || (in[i-1]-wordFrom)%4 != 0 {
					t.Fatalf("a word was cut: %v", in)
				}
			default:
				at := int(id) - wordFrom
				if at%4 == 0 && (i+1 == len(in) || in[i+1] != suffix) {
					t.Fatalf("a word was cut: %v", in)
				}
				account(at)
				next++
			}
		}
		account(400)
		if count != 120 { // 0.3 × 400, no fraction
			t.Fatalf("%d words are hidden", count)
		}
	}
	for i, h := range hidden[10:390] { // at the ends less, where only one side has words
		if math.Abs(h/rows-0.3) > 0.04 {
			t.Errorf("word %d is hidden in %v of the rows", i+10, h/rows)
		}
	}
	// A renewal process reaches 120 after (120 + (variance + mean²)/(2 mean)) / mean
	// draws, to a thousandth: (120 + 2)/3.
	if got := spans / rows; math.Abs(got-122.0/3) > 0.3 {
		t.Errorf("%v spans a row", got)
	}
	// Masks that stand alone: k words hidden by one. One is the less often alone the
	// more there are, so the shares are those of Poisson for all but the cut one.
	total := 0.0
	for _, n := range lengths {
		total += n
	}
	for k, want := range []float64{0.0498, 0.1494, 0.2240, 0.2240, 0.1680, 0.1008, 0.0504, 0.0216} {
		if got := lengths[k] / total; math.Abs(got-want) > 0.012 {
			t.Errorf("spans of %d words: %v, want %v", k, got, want)
		}
	}
}

// TestDenoiseRounds: of four words one or two are hidden, 1.2 in the mean, and the
// number of masks put in between is Poisson's also in short documents.
func TestDenoiseRounds(t *testing.T) {
	o := denoiser(t, Spec{SeqLen: 64}, proseSpecial())
	count := map[int]float64{}
	for n := range uint64(20_000) {
		in := o.corrupt(nil, []int32{20, 21, 22, 23}, 0, stream(n))
		kept := 0
		for _, id := range in {
			if id != testSpecial.Mask {
				kept++
			}
		}
		count[4-kept]++
	}
	if len(count) != 2 || math.Abs(count[2]/20_000-0.2) > 0.012 {
		t.Errorf("hidden words %v", count)
	}
}

// TestSentencesShuffled: every order of the sentences of a document is as likely as
// any other, and nothing else moves.
func TestSentencesShuffled(t *testing.T) {
	o := denoiser(t, Spec{SeqLen: 64}, proseSpecial())
	text := []int32{20, 21, stop, 22, stop, 23, 24, suffix, stop}
	orders := map[string]float64{}
	for n := range uint64(12_000) {
		got := o.shuffled(text, stream(n))
		sorted, want := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(text))
		if !slices.Equal(sorted, want) {
			t.Fatalf("%v", got)
		}
		orders[string(asRunes(got))]++
	}
	if len(orders) != 6 {
		t.Errorf("%d orders", len(orders))
	}
	for _, n := range orders {
		if math.Abs(n/12_000-1.0/6) > 0.015 {
			t.Errorf("orders %v", orders)
		}
	}
}

func TestWordsAndSentences(t *testing.T) {
	for _, c := range []struct {
		pieces           []string
		words, sentences []int // where each begins
	}{
		{[]string{"The", " cat", " s", "at", ".", " It", " pur", "red", "."}, []int{0, 1, 2, 4, 5, 6, 8}, []int{0, 5}},
		{[]string{"Pi", " is", " 3", ".", "14", " or", " so", "...", " Yes"}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, []int{0, 8}},
		{[]string{"List", "\n", "one", "\n\n", "two", "!"}, []int{0, 1, 2, 3, 4, 5}, []int{0, 2, 4}},
		{[]string{"他", "来了", "。", "我", "走", "\uFFFD", "\uFFFD"}, []int{0, 1, 2, 3, 4, 5}, []int{0, 3}},
		{[]string{" \"Yes", ".\"", " (no", ".)", "\n", "end"}, []int{0, 1, 2, 3, 4, 5}, []int{0, 2, 5}},
	} {
		s := Special{}
		var tokens []int32
		for i, p := range c.pieces {
			s.Pieces, tokens = append(s.Pieces, NewPiece(p)), append(tokens, int32(i))
		}
		begins := func(parts [][]int32) (at []int) {
			for _, p := range parts {
				at = append(at, int(p[0]))
			}
			return at
		}
		if got := begins(s.words(tokens)); !slices.Equal(got, c.words) {
			t.Errorf("%q: words begin at %v, want %v", c.pieces, got, c.words)
		}
		if got := begins(s.sentences(tokens)); !slices.Equal(got, c.sentences) {
			t.Errorf("%q: sentences begin at %v, want %v", c.pieces, got, c.sentences)
		}
	}
	if got := (Special{}).words([]int32{5, 6}); len(got) != 2 {
		t.Errorf("without pieces: %v", got)
	}
}

// TestWholeWords: all tokens of a word are predicted or none, as many as the rate
// says wherever words fit, and what stands in their place is drawn token by token.
func TestWholeWords(t *testing.T) {
	special := proseSpecial()
	o := newTestObjective(t, Spec{Objective: "mlm", SeqLen: 128, WholeWord: true}, special, proseVocab, false)
	if e := newTestObjective(t, Spec{Objective: "mlm", SeqLen: 128, WholeWord: true}, special, proseVocab, true).(mlm); e.whole {
		t.Error("evaluation asks for whole words")
	}
	chosen, candidates, masked := 0.0, 0.0, 0.0
	for n := range uint64(4000) {
		text := prose(o.Room(), n)
		row := example(o, text, n)
		for i, id := range text {
			predicted := row.Labels[i+1] != Ignore
			if id == suffix && text[max(0, i-1)] >= wordFrom && i > 0 && predicted != (row.Labels[i] != Ignore) {
				t.Fatalf("a part of a word is predicted: %v of %v", row.Labels, text)
			}
			if id == special.EOS {
				continue
			}
			candidates++
			if predicted {
				chosen++
				if row.Input[i+1] == special.Mask {
					masked++
				}
			}
		}
	}
	if math.Abs(chosen/candidates-0.15) > 0.002 || math.Abs(masked/chosen-0.8) > 0.01 {
		t.Errorf("%v are chosen, %v of these masked", chosen/candidates, masked/chosen)
	}
	// Of one word that is too long for the count, all is predicted.
	row := example(o, []int32{20, suffix, suffix}, 1)
	if row.Labels[1] != 20 || row.Labels[2] != suffix || row.Labels[3] != suffix {
		t.Errorf("labels %v", row.Labels[:5])
	}
	if row := example(o, []int32{testSpecial.EOS, testSpecial.EOS}, 1); row.Labels[1] != Ignore {
		t.Errorf("nothing to choose: %v", row.Labels[:4])
	}
}

// TestTrim: an encoder whose rows are all shorter than the row length reads no more
// columns than the longest has.
func TestTrim(t *testing.T) {
	set := newTestSet(t, All(chain(2000, 1)), Spec{Objective: "denoise", SeqLen: 64}, 3)
	wide, err := set.Batch(0, 8)
	if err != nil {
		t.Fatal(err)
	}
	longest := 0
	for i := range 8 {
		one, err := set.Batch(int64(i), 1)
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, one.Cols)
		if one.Mask != nil || len(one.Input) != one.Cols || !slices.Equal(one.Input, wide.Input[i*wide.Cols:][:one.Cols]) {
			t.Errorf("row %d alone is %v, of many %v", i, one.Input, wide.Input[i*wide.Cols:][:wide.Cols])
		}
	}
	if wide.Cols != longest || longest >= 64 || len(wide.Mask) != 8*longest || wide.DecCols != 64 {
		t.Errorf("%d columns, the longest row has %d", wide.Cols, longest)
	}
}

func TestDenoiseRefuses(t *testing.T) {
	for name, s := range map[string]Spec{
		"density":   {NoiseDensity: 1},
		"length":    {SpanLength: 0.5},
		"too long":  {SpanLength: 101},
		"no number": {SpanLength: math.NaN()},
		"row":       {SeqLen: 3},
	} {
		s.Objective = "denoise"
		s, err := s.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewObjective(s, testSpecial, proseVocab, false); corpus.ClassOf(err) != corpus.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, s := range map[string]Spec{
		"documents apart": {Objective: "denoise", DocMask: true},
		"whole words":     {Objective: "clm", WholeWord: true},
	} {
		if _, err := s.Resolve(); corpus.ClassOf(err) != corpus.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDenoise(f *testing.F) {
	f.Add(64, 0.3, 3.0, 50, uint64(1))
	f.Add(4, 0.9, 1.0, 2, uint64(2))
	f.Add(200, 0.99, 30.0, 198, uint64(3))
	f.Fuzz(func(t *testing.T, cols int, rate, length float64, n int, seed uint64) {
		if cols > 2000 {
			return
		}
		made, err := newDenoise(cols, rate, length, proseSpecial(), proseVocab)
		if err != nil || n < 1 || n > made.Room() {
			return
		}
		row := Row{Input: make([]int32, cols), Decoder: make([]int32, cols), Labels: make([]int32, cols)}
		if seen := made.Example(Passage{Tokens: prose(n, seed)}, stream(seed), row); seen < 2 || seen > cols {
			t.Fatalf("%d columns of %d", seen, cols)
		}
	})
}
