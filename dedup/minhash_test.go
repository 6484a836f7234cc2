package dedup

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// sets is two random sets of which inter of n elements in all are common.
func sets(rng *rand.Rand, n, inter int) (a, b []uint64) {
	all := make([]uint64, n)
	for i := range all {
		all[i] = rng.Uint64()
	}
	half := inter + (n-inter)/2
	return all[:half], append(slices.Clone(all[:inter]), all[half:]...)
}

// of is the signature of a set of shingles.
func (m *minhash) of(shingles []uint64) []uint64 {
	m.reset()
	m.add(shingles)
	return m.append(nil)
}

// linked says whether two signatures have a band in common and are similar.
func linked(c Config, x, y []uint64) bool {
	return c.similarity(x[c.Bands:], y[c.Bands:]) >= c.leastSimilarity() && shareBand(x[:c.Bands], y[:c.Bands])
}

// detection is the share of pairs that LSH finds: 1-(1-s^r)^b (Leskovec,
// Rajaraman, Ullman, Mining of Massive Datasets, 3.4.2).
func detection(c Config, s float64) float64 {
	return 1 - math.Pow(1-math.Pow(s, float64(c.Rows)), float64(c.Bands))
}

// The values of near datatrove are datatrove's own, see TestSignatures there.
func TestDatatrove(t *testing.T) {
	data, err := os.ReadFile("datatrove/testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Text   string
		Values [][]uint64
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	c := Config{Near: Datatrove}.withDefaults()
	s, none := newSigner(c), 0
	for _, row := range rows {
		_, signature := s.sign(nil, row.Text)
		want := slices.Concat(row.Values...)
		if len(want) == 0 {
			if none++; len(signature) > 0 {
				t.Errorf("%q has a signature", row.Text)
			}
			continue
		}
		if !slices.Equal(s.minhash.v[:c.values()], want) {
			t.Errorf("values of %q differ", row.Text)
		}
	}
	if none == 0 || none == len(rows) {
		t.Errorf("%d of %d texts are too short", none, len(rows))
	}
}

func TestRecallFollowsTheFormula(t *testing.T) {
	c := Config{}.withDefaults()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, test := range []struct{ n, inter int }{
		{40, 8},
		{40, 12},
		{40, 16},
		{40, 20}, // false positives
		{40, 24},
		{40, 26},
		{40, 28},
		{40, 30},
		{40, 32},
		{40, 34},
		{40, 36},
		{40, 38},
		{10, 8},
		{20, 14},
		{120, 84},
	} {
		checkRecall(t, c, rng, test.n, test.inter)
	}
}

// checkRecall makes pairs of sets with inter of n elements in common.
func checkRecall(t *testing.T, c Config, rng *rand.Rand, n, inter int) {
	const pairs = 20000
	m, s := newMinhash(c), float64(inter)/float64(n)
	found, squares, bias := 0, 0.0, 0.0
	for range pairs {
		a, b := sets(rng, n, inter)
		x, y := m.of(a), m.of(b)
		if linked(c, x, y) {
			found++
		}
		off := c.similarity(x[c.Bands:], y[c.Bands:]) - s
		bias += off / pairs
		squares += off * off / pairs
	}
	p := detection(c, s)
	got, allowed := float64(found)/pairs, 3*math.Sqrt(p*(1-p)/pairs)
	if s >= 0.6 {
		allowed = min(allowed, 0.01)
	}
	tooFew := got < p-allowed-1e-9 && s >= 0.6 // those below are not similar enough
	if tooFew || got > p+allowed+1e-9 {
		t.Errorf("similarity %.2f of %d shingles: found %.4f, formula %.4f ± %.4f", s, n, got, p, allowed)
	}
	e := s + (1-s)/16 // the share of equal bits
	want := math.Sqrt(e*(1-e)/112) * 16 / 15
	if rmse := math.Sqrt(squares); rmse > 1.05*want || math.Abs(bias) > 0.003 {
		t.Errorf("similarity %.2f of %d shingles: estimate off by %.4f (bias %+.4f), want %.4f", s, n, rmse, bias, want)
	}
}

// Other shapes than the default, with values that do not fill whole numbers.
func TestOtherSettings(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, c := range []Config{{Bands: 1, Rows: 1}, {Bands: 9, Rows: 13}, {Bands: 20, Rows: 5}, {Bands: 450, Rows: 20}} {
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		c = c.withDefaults()
		m := newMinhash(c)
		a, b := sets(rng, 200, 160)
		x, y := m.of(a), m.of(b)
		if len(x) != c.signatureLen() {
			t.Fatalf("%v: %d numbers, want %d", c, len(x), c.signatureLen())
		}
		sd := 1.1 * math.Sqrt(.8*.2/float64(c.values()))
		if got := c.similarity(x[c.Bands:], y[c.Bands:]); math.Abs(got-.8) > 4*sd+.003 {
			t.Errorf("%v: similarity %.3f, want 0.8", c, got)
		}
		if got := c.similarity(x[c.Bands:], x[c.Bands:]); got != 1 {
			t.Errorf("%v: similarity to itself %v", c, got)
		}
	}
	if got := (Config{Bands: 1, Rows: 16}).similarity([]uint64{0}, []uint64{0x1248f3c56791abde}); got != 0 {
		t.Errorf("sixteen different values: similarity %v", got)
	}
}

// The same set in another order, with repetitions, has the same signature.
func TestSignatureOfASet(t *testing.T) {
	m := newMinhash(Config{}.withDefaults())
	x := m.of([]uint64{1, 2, 3, 1 << 60})
	if y := m.of([]uint64{1 << 60, 3, 2, 1, 1, 2}); !slices.Equal(x, y) {
		t.Error("order or repetition matters")
	}
}

func TestConfigCheck(t *testing.T) {
	for _, c := range []Config{
		{Bands: -1},
		{Rows: -1},
		{Bands: 1 << 40, Rows: 1 << 40},
		{Rows: MaxValues + 1},
		{Bands: 1025, Rows: 16},
		{Shingle: -5},
		{Shingle: MaxShingle + 1},
		{Near: "fine"},
		{Near: Off, Rows: 3},
		{Unit: "bytes"},
		{Unit: Chars}, // five characters
		{Near: "nemo", Unit: Words},
	} {
		if c.Check() == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}
