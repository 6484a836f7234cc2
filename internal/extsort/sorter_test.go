package extsort

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"testing"

	"corpus"
)

// sorted runs the records through a Sorter and returns what Each yields.
func sorted(t *testing.T, records [][]byte, width int, memory int64) (out [][]byte, s *Sorter) {
	t.Helper()
	s, err := New(t.TempDir(), width, memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, r := range records {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	for r, err := range s.Each() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, bytes.Clone(r))
	}
	return out, s
}

// inputs are n records of a width, of several shapes.
func inputs(rng *rand.Rand, n, width int) map[string][][]byte {
	shape := map[string]func(i int, r []byte){
		"random": func(_ int, r []byte) {
			for j := range r {
				r[j] = byte(rng.Uint32())
			}
		},
		"few values": func(_ int, r []byte) { r[len(r)-1] = byte(rng.IntN(3)); r[0] = byte(rng.IntN(2)) },
		"equal":      func(int, []byte) {},
		"ascending":  func(i int, r []byte) { number(r, i) },
		"descending": func(i int, r []byte) { number(r, n-i) },
	}
	all := map[string][][]byte{}
	for name, set := range shape {
		records := make([][]byte, n)
		for i := range records {
			records[i] = make([]byte, width)
			set(i, records[i])
		}
		all[name] = records
	}
	return all
}

// number writes i big-endian into the end of r.
func number(r []byte, i int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(i))
	n := min(len(r), len(b))
	copy(r[len(r)-n:], b[len(b)-n:])
}

func TestSorterAgainstSortSlice(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, width := range []int{1, 3, 8, 20, 37, MaxWidth} {
		for _, n := range []int{0, 1, 25, 700, 20000} {
			if n*width > 4<<20 {
				n = 1000
			}
			for name, records := range inputs(rng, n, width) {
				want := slices.Clone(records)
				sort.Slice(want, func(i, j int) bool { return bytes.Compare(want[i], want[j]) < 0 })
				for _, memory := range []int64{0, 200 << 10, 64 << 20} {
					got, _ := sorted(t, records, width, memory)
					if !slices.EqualFunc(got, want, bytes.Equal) {
						t.Errorf("width %d, %d records, %s, memory %d: wrong order", width, n, name, memory)
					}
				}
			}
		}
	}
}

func TestSeveralWorkers(t *testing.T) {
	const n, width = 200000, 12
	for name, records := range inputs(rand.New(rand.NewPCG(11, 12)), n, width) {
		one := slices.Concat(records...)
		several := slices.Clone(one)
		sortRecords(one, width, 1)
		sortRecords(several, width, 4)
		if !bytes.Equal(one, several) {
			t.Errorf("%s: another order", name)
		}
	}
}

// Blocks of one record and a fan-in of nineteen force merges of several levels.
func TestSeveralLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	records := inputs(rng, 9000, 2000)["random"]
	got, s := sorted(t, records, 2000, 0)
	if s.levels < 3 {
		t.Fatalf("%d levels: the test does not test what it says", s.levels)
	}
	want := slices.Clone(records)
	slices.SortFunc(want, bytes.Compare)
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Error("wrong order")
	}
	files, err := os.ReadDir(s.dir)
	if err != nil || len(files) != 1 {
		t.Errorf("scratch holds %v, %v: want the last level alone", files, err)
	}
}

func TestEachTwiceAndEarlyStop(t *testing.T) {
	records := inputs(rand.New(rand.NewPCG(5, 6)), 20000, 16)["random"]
	first, s := sorted(t, records, 16, 0)
	for _, err := range s.Each() {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	i := 0
	for r, err := range s.Each() {
		if err != nil || !bytes.Equal(r, first[i]) {
			t.Fatalf("record %d differs the second time: %v", i, err)
		}
		i++
	}
	if i != len(first) {
		t.Errorf("%d records the second time, %d the first", i, len(first))
	}
}

func TestCloseRemovesScratch(t *testing.T) {
	parent := t.TempDir()
	s, err := New(parent, 8, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50000 {
		var r [8]byte
		number(r[:], i)
		if err := s.Add(r[:]); err != nil {
			t.Fatal(err)
		}
	}
	if files, _ := os.ReadDir(parent); len(files) != 1 {
		t.Errorf("%d entries in the scratch space, want 1", len(files))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(parent); len(files) != 0 {
		t.Errorf("%d entries left after Close", len(files))
	}
	if s.Add(make([]byte, 8)) == nil {
		t.Error("Add after Close succeeds")
	}
}

func TestMisuse(t *testing.T) {
	for _, width := range []int{-1, 0, MaxWidth + 1} {
		if _, err := New(t.TempDir(), width, 0); corpus.ClassOf(err) != corpus.Usage {
			t.Errorf("width %d: %v", width, err)
		}
	}
	_, s := sorted(t, nil, 4, 0)
	if s.Add(make([]byte, 4)) == nil {
		t.Error("Add after Each succeeds")
	}
	s, _ = New(t.TempDir(), 4, 0)
	if s.Add(make([]byte, 5)) == nil {
		t.Error("a record of another width is taken")
	}
}

// spilled is a Sorter with records in scratch files that were not yet merged.
func spilled(t *testing.T) *Sorter {
	t.Helper()
	s, err := New(t.TempDir(), 16, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, r := range inputs(rand.New(rand.NewPCG(7, 8)), 20000, 16)["random"] {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func eachError(s *Sorter) error {
	for _, err := range s.Each() {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestDamagedScratch(t *testing.T) {
	damage := map[string]func(*os.File) error{
		"flipped bit": func(f *os.File) error {
			var b [1]byte
			if _, err := f.ReadAt(b[:], 1000); err != nil {
				return err
			}
			b[0] ^= 4
			_, err := f.WriteAt(b[:], 1000)
			return err
		},
		"flipped bit in a checksum": func(f *os.File) error {
			_, err := f.WriteAt([]byte{1, 2, 3}, int64(336)) // block of 336 bytes, checked below
			return err
		},
		"cut short": func(f *os.File) error { return f.Truncate(50000) },
		"blocks exchanged": func(f *os.File) error {
			a, b := make([]byte, 344), make([]byte, 344)
			f.ReadAt(a, 0)
			f.ReadAt(b, 344)
			f.WriteAt(b, 0)
			_, err := f.WriteAt(a, 344)
			return err
		},
	}
	for name, do := range damage {
		s := spilled(t)
		if s.block != 336 {
			t.Fatalf("blocks of %d bytes, the test counts on 336", s.block)
		}
		if err := do(s.level.file); err != nil {
			t.Fatal(err)
		}
		if err := eachError(s); corpus.ClassOf(err) != corpus.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full on this system: ", err)
	}
	full.Close()
	s := spilled(t)
	// The next level's file leads to a device that is always full.
	if err := os.Symlink("/dev/full", filepath.Join(s.dir, fmt.Sprintf("level-%d", s.levels))); err != nil {
		t.Fatal(err)
	}
	if err := s.mergeLevel(); corpus.ClassOf(err) != corpus.Disk {
		t.Errorf("full disk while merging: %v", err)
	}
	s = spilled(t)
	s.level.file.Close()
	if err := eachError(s); corpus.ClassOf(err) != corpus.Disk {
		t.Errorf("unreadable scratch: %v", err)
	}
	s, _ = New(filepath.Join(t.TempDir(), "absent"), 8, 0)
	for err = nil; err == nil; {
		err = s.Add(make([]byte, 8))
	}
	if corpus.ClassOf(err) != corpus.Disk {
		t.Errorf("no scratch space: %v", err)
	}
	if again := s.Add(make([]byte, 8)); again == nil {
		t.Error("Add goes on after a failed spill")
	}
}

// BenchmarkSort is the cost per record in memory and through spilled runs.
func BenchmarkSort(b *testing.B) {
	const n, width = 1 << 20, 20
	rng := rand.New(rand.NewPCG(9, 10))
	record := make([]byte, width)
	for name, memory := range map[string]int64{"memory": 64 << 20, "spilled": 4 << 20} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(n * width)
			for b.Loop() {
				s, err := New(b.TempDir(), width, memory)
				if err != nil {
					b.Fatal(err)
				}
				for range n {
					binary.LittleEndian.PutUint64(record, rng.Uint64())
					if err := s.Add(record); err != nil {
						b.Fatal(err)
					}
				}
				for _, err := range s.Each() {
					if err != nil {
						b.Fatal(err)
					}
				}
				s.Close()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
