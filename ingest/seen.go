package ingest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"corpus/internal/fsx"

	"github.com/zeebo/xxh3"
)

// seen remembers the hashes of files from run to run, so that one whose size and
// time of change are the same is not read only to find that it is known. It is a
// cache: no output depends on it, and without it every file is hashed.
type seen struct {
	path string // "" = nothing is remembered
	mu   sync.Mutex
	was  map[uint64]look // by the hash of the path
}

// look is what a file was when it was hashed.
type look struct {
	size, mtime int64
	sum         [32]byte
}

const (
	seenMagic = "corpus seen 1\n"
	seenRow   = 8 + 8 + 8 + 32
	// seenRace is how long a file must have been left alone before its time of
	// change tells anything: file systems count it in steps of up to two seconds.
	seenRace = 2 * time.Second
)

// openSeen reads the cache; a damaged one counts as empty.
func openSeen(path string) *seen {
	s := &seen{path: path, was: map[uint64]look{}}
	b, err := os.ReadFile(path)
	rows, ok := bytes.CutPrefix(b, []byte(seenMagic))
	if path == "" || err != nil || !ok || len(rows)%seenRow != 8 {
		return s
	}
	end := len(rows) - 8
	if xxh3.Hash(rows[:end]) != binary.LittleEndian.Uint64(rows[end:]) {
		return s
	}
	for ; len(rows) > 8; rows = rows[seenRow:] {
		s.was[binary.LittleEndian.Uint64(rows)] = look{
			int64(binary.LittleEndian.Uint64(rows[8:])), int64(binary.LittleEndian.Uint64(rows[16:])), [32]byte(rows[24:seenRow]),
		}
	}
	return s
}

// hash is the SHA-256 of an input in hexadecimal, if it is as it was.
func (s *seen) hash(in *input) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.was[in.key()]
	if !ok || l.size != in.size || l.mtime != in.mtime {
		return "", false
	}
	return hex.EncodeToString(l.sum[:]), true
}

// note remembers what an input is that was hashed after now.
func (s *seen) note(in *input, sum []byte, now time.Time) {
	fresh := now.UnixNano()-in.mtime < int64(seenRace)
	if in.places != nil {
		fresh = in.remote.Version == ""
	}
	if s.path == "" || fresh {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.was[in.key()] = look{in.size, in.mtime, [32]byte(sum)}
}

// save writes the cache. Once it holds more files than one run may take, those
// that are not among the inputs go.
func (s *seen) save(inputs []input) error {
	if s.path == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.was) > MaxSources {
		now := map[uint64]look{}
		for i := range inputs {
			if l, ok := s.was[inputs[i].key()]; ok {
				now[inputs[i].key()] = l
			}
		}
		s.was = now
	}
	b := make([]byte, 0, len(seenMagic)+seenRow*len(s.was)+8)
	b = append(b, seenMagic...)
	for _, key := range slices.Sorted(maps.Keys(s.was)) {
		l := s.was[key]
		b = binary.LittleEndian.AppendUint64(b, key)
		b = binary.LittleEndian.AppendUint64(b, uint64(l.size))
		b = binary.LittleEndian.AppendUint64(b, uint64(l.mtime))
		b = append(b, l.sum[:]...)
	}
	b = binary.LittleEndian.AppendUint64(b, xxh3.Hash(b[len(seenMagic):]))
	if err := (fsx.OS{}).MkdirAll(filepath.Dir(s.path)); err != nil {
		return err
	}
	return fsx.WriteFile(fsx.OS{}, s.path, b)
}

// key tells files apart: by their absolute path.
func (in *input) key() uint64 {
	path := in.path
	if in.places != nil {
		return xxh3.HashString(path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return xxh3.HashString(path)
}
