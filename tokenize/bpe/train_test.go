package bpe

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corpus/tokenize/count"
)

const reserved = 107

// texts are those of the fixtures.
func texts(t testing.TB) (texts []string) {
	t.Helper()
	read(t, "texts.json", &texts)
	return texts
}

func read(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestTrain: the merges are those that learning anew at each step makes, in ids
// that begin with the bytes, and those of a smaller vocabulary begin them.
func TestTrain(t *testing.T) {
	c := count.New()
	c.Add("aaab aaab abc")
	sizes := []int{364, 400, 363}
	merges, stats, err := Train(c.All(), Options{Reserved: reserved, Sizes: sizes})
	if err != nil {
		t.Fatal(err)
	}
	id := byteIDs(reserved)
	// aa, aab and " aaab"; what else there is comes once
	want := []Merge{{id['a'], id['a'], 363}, {id['a'], id['b'], 364}, {363, 364, 365}}
	for i, n := range []int{1, 3, 0} {
		if !slices.Equal(merges[i], want[:n]) {
			t.Errorf("%d ids: merges %v, want %v", sizes[i], merges[i], want[:n])
		}
	}
	if stats.SampledTo != 1 {
		t.Errorf("%+v", stats)
	}
}

func TestTrainErrors(t *testing.T) {
	c := count.New()
	c.Add("few words")
	cause := errors.New("disk gone")
	broken := func(yield func(count.Count, error) bool) { yield(count.Count{}, cause) }
	for name, f := range map[string]func() error{
		"too small": func() error { _, _, err := Train(c.All(), Options{Reserved: reserved, Sizes: []int{362}}); return err },
		"too large": func() error {
			_, _, err := Train(c.All(), Options{Reserved: reserved, Sizes: []int{500, MaxVocab + 1}})
			return err
		},
		"no words": func() error {
			_, _, err := Train(count.New().All(), Options{Reserved: reserved, Sizes: []int{500}})
			return err
		},
		"overflow": func() error {
			huge := func(yield func(count.Count, error) bool) {
				yield(count.Count{Word: []byte("abc"), N: math.MaxInt64}, nil)
			}
			_, _, err := Train(huge, Options{Reserved: reserved, Sizes: []int{500}})
			return err
		},
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), "train the tokenizer: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Train(broken, Options{Reserved: reserved, Sizes: []int{500}}); !errors.Is(err, cause) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// TestTrainCountsBeyond32Bits: counts that overflow 32 bits keep their order.
func TestTrainCountsBeyond32Bits(t *testing.T) {
	counts := func(yield func(count.Count, error) bool) {
		_ = yield(count.Count{Word: []byte("ab"), N: 5 << 32}, nil) && yield(count.Count{Word: []byte("cd"), N: 6 << 32}, nil)
	}
	got, _, err := Train(counts, Options{Reserved: reserved, Sizes: []int{365}})
	if err != nil {
		t.Fatal(err)
	}
	id := byteIDs(reserved)
	if want := []Merge{{id['c'], id['d'], 363}, {id['a'], id['b'], 364}}; !slices.Equal(got[0], want) {
		t.Errorf("merged %v, want %v", got, want)
	}
}
