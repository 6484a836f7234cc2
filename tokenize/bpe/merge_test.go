package bpe

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"corpus/tokenize/count"
)

// ofBytes makes the model of merges by rank over the ids of the bytes, as [Train]
// gives them, without the texts of its tokens.
func ofBytes(merges []Merge, bytes [256]uint32) *Model {
	m := &Model{config: Config{Merges: merges}, ranks: newMergeTable(merges), unk: none, bytes: bytes, byteLevel: true}
	m.ranks.indexBytes(&m.bytes)
	return m
}

// learnt trains on texts.
func learnt(t testing.TB, texts []string, vocab int) *Model {
	t.Helper()
	c := count.New()
	for _, text := range texts {
		c.Add(text)
	}
	merges, _, err := Train(c.All(), Options{Reserved: reserved, Sizes: []int{vocab}})
	if err != nil {
		t.Fatal(err)
	}
	return ofBytes(merges[0], byteIDs(reserved))
}

// ways is a vocabulary in which tokens are made in more than one way.
func ways(t testing.TB) *Model {
	t.Helper()
	var file struct {
		Model struct {
			Vocab  map[string]uint32
			Merges [][2]string
		}
	}
	read(t, "ways.json", &file)
	ids := file.Model.Vocab
	var merges []Merge
	for _, m := range file.Model.Merges {
		merges = append(merges, Merge{ids[m[0]], ids[m[1]], ids[m[0]+m[1]]})
	}
	var bytes [256]uint32
	for b, c := range ByteLevel.Char {
		bytes[b] = ids[string(c)]
	}
	return ofBytes(merges, bytes)
}

// TestScanAndHeap: both ways of merging agree on words of any length.
func TestScanAndHeap(t *testing.T) {
	t.Run("trained", func(t *testing.T) { testScanAndHeap(t, learnt(t, texts(t), 1000)) })
	t.Run("ways", func(t *testing.T) { testScanAndHeap(t, ways(t)) })
}

func testScanAndHeap(t *testing.T, model *Model) {
	m := model.NewEncoder()
	rng := rand.New(rand.NewPCG(2, 9))
	for n := 1; n <= scanSymbols; n++ {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abcenrst ="[rng.IntN(10)]
		}
		m.ids = m.ids[:0]
		for _, c := range b {
			m.ids = append(m.ids, model.bytes[c])
		}
		byHeap := m.heap(nil, m.ids)
		if ids := m.AppendBytes(nil, string(b)); !slices.Equal(ids, byHeap) {
			t.Fatalf("%q: by heap %v, by scan %v", b, byHeap, ids)
		}
	}
}

func TestLongRun(t *testing.T) {
	enc := learnt(t, []string{strings.Repeat("a", 1000), strings.Repeat("a", 999)}, 373).NewEncoder()
	enc.AppendBytes(nil, strings.Repeat("a", 1<<20))
	if cap(enc.queue) > keepSymbols {
		t.Errorf("the encoder keeps a queue of %d", cap(enc.queue))
	}
}
