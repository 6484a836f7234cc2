package columns

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestScroll looks values up, mostly in order, in a dictionary that is decoded
// as a stream.
func TestScroll(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var page []byte
	var want []string
	for i := range 300 {
		v := fmt.Sprintf("value %d %s", i, strings.Repeat("x", rng.IntN(2)*rng.IntN(3*scrollHeld)))
		page = append(binary.LittleEndian.AppendUint32(page, uint32(len(v))), v...)
		want = append(want, v)
	}
	enc, _ := zstd.NewWriter(nil)
	for codec, packed := range map[int][]byte{codecNone: page, codecZstd: enc.EncodeAll(page, nil)} {
		file := append([]byte("before"), packed...)
		s := &scroll{
			in: &input{r: bytes.NewReader(file), size: int64(len(file))}, from: 6, n: int64(len(packed)),
			codec: codec, decoded: int64(len(page)), values: len(want), held: map[int][]byte{}, room: &room{100_000},
		}
		passed := int64(0)
		for i := 0; i < len(want); i++ {
			at := i
			if rng.IntN(5) == 0 {
				at = rng.IntN(len(want))
			}
			longest := MaxText
			if rng.IntN(5) == 0 {
				longest = 20
			}
			v, err := s.at(at, longest)
			if long := len(want[at]) > longest; err != nil || !long && string(v.b) != want[at] || long && !v.long && string(v.b) != want[at] {
				t.Fatalf("value %d: %d bytes of %d, %v", at, len(v.b), len(want[at]), err)
			}
			passed += v.passed
		}
		if len(s.held) < 50 || s.room.left < 0 || passed == 0 {
			t.Errorf("%d held, %d bytes left, %d passed", len(s.held), s.room.left, passed)
		}
		if _, err := s.at(len(want), MaxText); err == nil {
			t.Error("a value beyond the last")
		}
	}
}
