package dedup

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// The settings are the published ones: datatrove states that it finds 0.924 of
// pairs of similarity 0.8, RedPajama names its signatures by where half is found.
func TestNamedSettings(t *testing.T) {
	for _, test := range []struct {
		name, said string
		s, p       float64 // of pairs of similarity s the share p is found
	}{
		{"fineweb", "minhash 14x8 shingle 5", 0.8, 0.924},
		{"", "minhash 14x8 shingle 5", 0.7, 0.565},
		{"redpajama", "minhash 9x13 shingle 13", 0.8, 0.399},
		{"redpajama-0.7", "minhash 14x9 shingle 13", 0.7, 0.438},
		{"redpajama-0.9", "minhash 5x25 shingle 13", 0.9, 0.311},
		{"nemo", "minhash 20x13 shingle 24 chars", 0.8, 0.677},
		{"refinedweb", "minhash 450x20 shingle 5", 0.75, 0.761},
	} {
		c := Config{Near: test.name}
		if err := c.Check(); err != nil {
			t.Error(err)
		}
		c = c.withDefaults()
		if p := detection(c, test.s); c.String() != test.said || math.Abs(p-test.p) > 0.0006 {
			t.Errorf("%q is %s and finds %.4f at %.2f, want %s and %.3f", test.name, c, p, test.s, test.said, test.p)
		}
		if again := c.withDefaults(); again.String() != c.String() {
			t.Errorf("%s becomes %s", c, again)
		}
	}
	if c := (Config{Near: "nemo", Bands: 3, Shingle: 30}).withDefaults(); c.String() != "minhash 3x13 shingle 30 chars" {
		t.Errorf("nemo with other bands and shingle is %s", c)
	}
	if c := (Config{Near: "refinedweb", Unit: Chars, Shingle: 9}).withDefaults(); c.String() != "minhash 450x20 shingle 9 chars" {
		t.Errorf("refinedweb of characters is %s", c)
	}
}

// Exact copies alone are found, and nothing is kept for others.
func TestNearOff(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 23))
	words := prose(rng, 400, 5000)
	text := strings.Join(words, " ")
	ds := newDataset()
	ds.grow([]string{text, text + " more", strings.ToUpper(text), "===", " === "})
	if err := ds.run(t, Stage(Config{Near: Off}, 0), 1); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, v := range ds.verdicts(0) {
		kinds = append(kinds, v.kind)
	}
	if !slices.Equal(kinds, []string{"", "", Exact, "", Exact}) {
		t.Errorf("verdicts %q", kinds)
	}
	for role, column := range map[string]string{Signature: "sketch", bandsRole: "hashes"} {
		for _, hashes := range ds.tables[key(role, 0)][0].Column(column).Hashes {
			if len(hashes) > 0 {
				t.Errorf("%s: %d numbers", role, len(hashes))
			}
		}
	}
	if err := ds.run(t, Stage(Config{Near: "nope"}, 0), 1); corpus.ClassOf(err) != corpus.BadConfig {
		t.Errorf("near nope: %v", err)
	}
}

// Windows of characters of the normalised text, one blank between words.
func TestCharacterShingles(t *testing.T) {
	c := Config{Unit: Chars, Shingle: 4}.withDefaults()
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"ab", []string{"ab"}},
		{"A, b!", []string{"a b"}},
		{"Ab  12 c", []string{"ab 0", "b 0 ", " 0 c"}},
		{"中文é文本x", []string{"中 文 ", " 文 e", "文 e ", " e 文", "e 文 ", " 文 本", "文 本 ", " 本 x"}},
		{"aaaaaaa", []string{"aaaa"}},
	} {
		s := newSigner(c)
		normalised(s, test.text)
		got := slices.Clone(s.shingles(true))
		slices.Sort(got)
		var want []uint64
		for _, gram := range test.want {
			h := uint64(0)
			for _, r := range gram {
				h = h*golden + mix(uint64(r))
			}
			want = append(want, mix(h))
		}
		slices.Sort(want)
		if got = slices.Compact(got); !slices.Equal(got, slices.Compact(want)) {
			t.Errorf("%q: %d shingles, want %d", test.text, len(got), len(want))
		}
	}
}

// Batches and long words do not show in the signature of characters.
func TestCharactersInBatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(24, 24))
	c := Config{Near: "nemo"}.withDefaults()
	long := strings.Join(prose(rng, 3*batchWords, 5000), " ") + " " + strings.Repeat("é", 2*batchWords-9) + string(hanText(rng, 3000))
	_, hashes := newSigner(c).sign(nil, long)
	m, units := newMinhash(c), []uint64{}
	for i, word := range strings.Fields(normalised(newSigner(c), long)) {
		if i > 0 {
			units = append(units, mix(' '))
		}
		for _, r := range word {
			units = append(units, mix(uint64(r)))
		}
	}
	m.reset()
	for i := range len(units) - c.Shingle + 1 {
		h := uint64(0)
		for _, u := range units[i : i+c.Shingle] {
			h = h*golden + u
		}
		m.add([]uint64{mix(h)})
	}
	if !slices.Equal(hashes, m.append(nil)) {
		t.Error("another signature")
	}
}
