package shards

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
)

// simulated is a file system with a file of shardBytes under every name that it
// does not know, whose bytes nobody may look at.
type simulated struct{ *fsxtest.Mem }

const shardBytes = 200 << 20

func (s simulated) Size(name string) (int64, error) {
	if n, err := s.Mem.Size(name); err == nil {
		return n, nil
	}
	return shardBytes, nil
}

func (s simulated) Map(name string) (*fsx.Mapping, error) { return fsx.NewMapping(nil, nil), nil }

// manyShards is the manifest of n token shards of a hundred million tokens each,
// in a hundred record batches each, and the table of their sources.
func manyShards(t testing.TB, files fsx.FS, n int) []byte {
	m := corpus.Manifest{Stage: "shards", Generations: make([]corpus.Generation, 1)}
	runs := NewRuns()
	for i := range n {
		f := corpus.File{
			Role: TrainRole, Name: fmt.Sprintf("train/part-%05d-0123456789ab.arrow", i), Size: shardBytes, Tokens: "uint16",
			SHA256: fmt.Sprintf("%064x", i), Rows: 100_000,
		}
		for k := range uint64(100) {
			f.Checks = append(f.Checks, corpus.Check{Size: shardBytes/100 - 1, Sum: k * 0x9e3779b97f4a7c15, Rows: 1000, Tokens: 1_023_000})
		}
		f.Checks = append(f.Checks, corpus.Check{Size: 100, Sum: 1 << 63})
		m.Generations[0].Parts = append(m.Generations[0].Parts, corpus.Part{Number: i, Files: []corpus.File{f}})
		for _, source := range []string{"wiki/a", "crawl/b"} {
			runs.Add(i, source, 50_000, 51_150_000)
		}
	}
	f := write(t, files, "source.arrow", runs.Table)
	f.Role = SourceRole
	m.Generations[0].Parts[0].Files = append(m.Generations[0].Parts[0].Files, f)
	b, err := m.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOpenTenThousand opens the manifest of 10,000 shards, with a billion rows of
// 1,024 tokens in a million record batches, and groups them by source: in under a
// second and 200 MB. Nothing of a shard is read.
func TestOpenTenThousand(t *testing.T) {
	files := simulated{fsxtest.New()}
	b := manyShards(t, files.Mem, 10_000)
	runtime.GC()
	before, began := allocated(), time.Now()
	m, err := corpus.ParseManifest("manifest.json", b)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := OpenTokens(&Dataset{fs: files, Dir: ".", Manifest: m}, TrainRole, 1<<16, 2)
	if err != nil {
		t.Fatal(err)
	}
	groups, others, err := tok.Groups(2, func(source string) int { return map[byte]int{'w': 0, 'c': 1}[source[0]] })
	if err != nil {
		t.Fatal(err)
	}
	took, bytes := time.Since(began), allocated()-before
	t.Logf("%d rows of 1,024 tokens in %v, %d MB allocated", tok.All().Len()/1024, took, bytes>>20)
	if n := tok.All().Len(); n != 1_024_000_000_000 || groups[0].Len() != n/2 || groups[1].Len() != n/2 || others != 0 {
		t.Errorf("%d tokens, of them %d and %d", n, groups[0].Len(), groups[1].Len())
	}
	if bytes > 200<<20 {
		t.Errorf("opening takes %d bytes", bytes)
	}
	runtime.KeepAlive(tok)
}

// allocated is the bytes ever asked for, more than are held.
func allocated() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}
