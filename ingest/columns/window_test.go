package columns

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/pierrec/lz4/v4"
)

// material is bytes that compress in many ways, more than a window.
func material(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(seed, 0))
	var b bytes.Buffer
	for b.Len() < n {
		switch k := rng.IntN(4); {
		case k == 0:
			b.WriteString(strings.Repeat(string(rune('a'+rng.IntN(26))), rng.IntN(3000)))
		case k == 1 && b.Len() > 0:
			from := rng.IntN(b.Len())
			b.Write(bytes.Clone(b.Bytes()[from:min(b.Len(), from+rng.IntN(100_000))]))
		default:
			for range rng.IntN(70) {
				b.WriteByte(byte(rng.Uint32()))
			}
		}
	}
	return b.Bytes()[:n]
}

// TestWindows decodes blocks of snappy and lz4 as streams, against what was
// encoded.
func TestWindows(t *testing.T) {
	for seed := range uint64(40) {
		want := material(seed, 1+int(seed*seed)*300)
		packed := make([]byte, lz4.CompressBlockBound(len(want)))
		n, err := lz4.CompressBlock(want, packed, nil)
		if err != nil {
			t.Fatal(err)
		}
		l := new(lz4Block)
		l.reset(bytes.NewReader(packed[:n]))
		if got, err := io.ReadAll(l); n > 0 && (err != nil || !bytes.Equal(got, want)) {
			t.Errorf("lz4, %d bytes: %d, %v", len(want), len(got), err)
		}
		for _, encode := range []func(_, src []byte) []byte{s2.EncodeSnappy, s2.EncodeSnappyBest} {
			packed, s := inBlocks(want, encode), new(snappyReader)
			if err := s.reset(bytes.NewReader(packed)); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(s); err != nil || !bytes.Equal(got, want) {
				t.Errorf("snappy, %d bytes: %d, %v", len(want), len(got), err)
			}
			if err := s.reset(bytes.NewReader(packed[:len(packed)-1])); err != nil {
				continue
			}
			if _, err := io.ReadAll(s); err == nil {
				t.Errorf("snappy, %d bytes: no error when cut", len(want))
			}
		}
	}
}

// inBlocks is a block of snappy whose copies reach back 64 KiB at most.
func inBlocks(b []byte, encode func(dst, src []byte) []byte) []byte {
	packed := binary.AppendUvarint(nil, uint64(len(b)))
	for part := range slices.Chunk(b, windowSize) {
		one := encode(nil, part)
		_, n := binary.Uvarint(one)
		packed = append(packed, one[n:]...)
	}
	return packed
}

func TestFarCopies(t *testing.T) {
	b := bytes.Repeat(material(1, 100_000), 2)
	s := new(snappyReader)
	if err := s.reset(bytes.NewReader(s2.EncodeSnappyBest(nil, b))); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(s); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
}

// FuzzWindows compares with the decoders of whole blocks what those accept.
func FuzzWindows(f *testing.F) {
	f.Add(s2.EncodeSnappy(nil, material(3, 2000)))
	packed := make([]byte, 5000)
	n, _ := lz4.CompressBlock(material(3, 2000), packed, nil)
	f.Add(packed[:n])
	f.Fuzz(func(t *testing.T, b []byte) {
		s := new(snappyReader)
		if n, err := s2.DecodedLen(b); err == nil && n < 1<<20 && s.reset(bytes.NewReader(b)) == nil {
			got, err := io.ReadAll(s)
			if err == nil && len(got) != n {
				t.Fatalf("snappy: %d bytes of %d", len(got), n)
			}
			if want, bad := s2.Decode(nil, b); err == nil && bad == nil && !bytes.Equal(got, want) {
				t.Fatal("snappy: other bytes")
			}
		}
		l, dst := new(lz4Block), make([]byte, 1<<20)
		l.reset(bytes.NewReader(b))
		got, err := io.ReadAll(io.LimitReader(l, 1<<20))
		if n, bad := lz4.UncompressBlock(b, dst); bad == nil && n > 0 && (err != nil || !bytes.Equal(got, dst[:n])) {
			t.Fatalf("lz4: %d bytes of %d: %v", len(got), n, err)
		}
	})
}
