package trainer

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestSafetensorsGolden reads a file that Hugging Face's library wrote
// (testdata/scripts/make_safetensors.py).
func TestSafetensorsGolden(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		Shape []int
		Bits  []uint32
	}
	wantRaw, err := os.ReadFile("testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(wantRaw, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, meta, err := ReadSafetensors(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || meta["format"] != "pt" || meta["made"] != "by safetensors" {
		t.Errorf("%d tensors, want %d; metadata %v", len(got), len(want), meta)
	}
	for _, tensor := range got {
		w := want[tensor.Name]
		if !slices.Equal(tensor.Shape, w.Shape) || len(tensor.Data) != len(w.Bits) {
			t.Errorf("%s: shape %v with %d values, want %v", tensor.Name, tensor.Shape, len(tensor.Data), w.Shape)
			continue
		}
		for i, v := range tensor.Data {
			if math.Float32bits(v) != w.Bits[i] {
				t.Errorf("%s[%d] is %v, want %v", tensor.Name, i, v, math.Float32frombits(w.Bits[i]))
			}
		}
	}
}

func written(t testing.TB, tensors []Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSafetensors(&b, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSafetensorsRoundTrip(t *testing.T) {
	tensors := []Tensor{
		{"z", []int{2, 3}, []float32{1, 2, 3, 4, 5, float32(math.Inf(1))}},
		{"a \"quoted\" <名>", []int{1}, []float32{-0.5}},
		{"empty", []int{0, 7}, []float32{}},
		{"scalar", []int{}, []float32{9}},
	}
	raw := written(t, tensors)
	if at := binary.LittleEndian.Uint64(raw); at%8 != 0 || !bytes.HasPrefix(raw[8:], []byte(`{"__metadata__":{"format":"pt"},`)) {
		t.Errorf("header of %d bytes: %s", at, raw[8:100])
	}
	got, _, err := ReadSafetensors(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if again := written(t, got); !bytes.Equal(again, raw) {
		t.Errorf("not the same bytes again:\n%q\n%q", raw, again)
	}
	if !slices.IsSortedFunc(got, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) }) || len(got) != 4 {
		t.Errorf("%d tensors, not sorted: %v", len(got), got)
	}
}

func TestSafetensorsWriteRefuses(t *testing.T) {
	for name, tensors := range map[string][]Tensor{
		"shape":    {{"a", []int{2}, []float32{1}}},
		"twice":    {{"a", []int{1}, []float32{1}}, {"a", []int{1}, []float32{1}}},
		"reserved": {{"__metadata__", []int{1}, []float32{1}}},
	} {
		if err := WriteSafetensors(&bytes.Buffer{}, tensors); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// file puts a header before n bytes of data.
func file(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

func TestSafetensorsRefuses(t *testing.T) {
	f32 := func(name, shape, offsets string) string {
		return fmt.Sprintf(`%q:{"dtype":"F32","shape":%s,"data_offsets":%s}`, name, shape, offsets)
	}
	for _, c := range []struct {
		name string
		raw  []byte
		want string
	}{
		{"empty", nil, "too short"},
		{"short", []byte{1, 2, 3}, "too short"},
		{"header beyond the file", []byte{200, 0, 0, 0, 0, 0, 0, 0, '{', '}'}, "claims 200"},
		{"header beyond the cap", append(binary.LittleEndian.AppendUint64(nil, maxHeader+1), '{'), "claims"},
		{"negative header", append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), '{'), "claims"},
		{"zip", []byte("PK\x03\x04 and more bytes"), "pickle"},
		{"pickle", []byte("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), "pickle"},
		{"no header", file("", 0), "begin with {"},
		{"array", file("[]", 0), "begin with {"},
		{"space before", file(" {}", 0), "begin with {"},
		{"cut", file(`{"a":`, 0), "EOF"},
		{"not closed", file(`{`, 0), "EOF"},
		{"behind", file(`{}x`, 0), "closing"},
		{"newline behind", file("{}\n", 0), "closing"},
		{"two objects", file(`{}{}`, 0), "closing"},
		{"value is a number", file(`{"a":1}`, 0), "not an object"},
		{"value is a list", file(`{"a":[1]}`, 0), "not an object"},
		{"name twice", file("{"+f32("a", "[1]", "[0,4]")+","+f32("a", "[1]", "[4,8]")+"}", 8), "occurs twice"},
		{"name twice, escaped", file("{"+f32("a", "[1]", "[0,4]")+`,"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "occurs twice"},
		{"key twice", file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "occurs twice"},
		{"unknown key", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4), "unknown key"},
		{"other case", file(`{"a":{"DType":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "unknown key"},
		{"key missing", file(`{"a":{"dtype":"F32","shape":[1]}}`, 4), "wants dtype"},
		{"shape null", file(`{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, 4), "wants dtype"},
		{"one offset", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, 4), "wants dtype"},
		{"three offsets", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, 8), "wants dtype"},
		{"dtype", file(`{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`, 4), "dtype"},
		{"negative shape", file("{"+f32("a", "[-1,-1]", "[0,4]")+"}", 4), "shape"},
		{"overflowing shape", file("{"+f32("a", "[4294967296,4294967296]", "[0,0]")+"}", 0), "shape"},
		{"overflow to a fit", file("{"+f32("a", "[4611686018427387905]", "[0,4]")+"}", 4), "shape"},
		{"many dimensions", file("{"+f32("a", "[1,1,1,1,1,1,1,1,1]", "[0,4]")+"}", 4), "dimensions"},
		{"fraction", file("{"+f32("a", "[1.5]", "[0,4]")+"}", 4), "cannot unmarshal"},
		{"size", file("{"+f32("a", "[2]", "[0,4]")+"}", 4), "do not hold"},
		{"backwards", file("{"+f32("a", "[1]", "[4,0]")+"}", 4), "do not hold"},
		{"negative offset", file("{"+f32("a", "[1]", "[-4,0]")+"}", 4), "do not hold"},
		{"hole", file("{"+f32("a", "[1]", "[0,4]")+","+f32("b", "[1]", "[8,12]")+"}", 12), "hole"},
		{"hole at the start", file("{"+f32("a", "[1]", "[4,8]")+"}", 8), "hole"},
		{"overlap", file("{"+f32("a", "[2]", "[0,8]")+","+f32("b", "[1]", "[4,8]")+"}", 8), "overlap"},
		{"same place", file("{"+f32("a", "[1]", "[0,4]")+","+f32("b", "[1]", "[0,4]")+"}", 4), "overlap"},
		{"data too long", file("{"+f32("a", "[1]", "[0,4]")+"}", 5), "cover"},
		{"data cut", file("{"+f32("a", "[1]", "[0,4]")+"}", 3), "cover"},
		{"metadata", file(`{"__metadata__":{"a":1}}`, 0), "__metadata__"},
	} {
		if _, _, err := ReadSafetensors(bytes.NewReader(c.raw), int64(len(c.raw))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzReadSafetensors(f *testing.F) {
	golden, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add(written(f, []Tensor{{"a", []int{1, 2}, []float32{1, 2}}}))
	f.Add(file(`{}`, 0))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		tensors, _, err := ReadSafetensors(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		n := 0
		for _, x := range tensors {
			n += len(x.Data)
		}
		if n > len(raw) {
			t.Fatalf("%d values out of %d bytes", n, len(raw))
		}
		again := written(t, tensors)
		back, _, err := ReadSafetensors(bytes.NewReader(again), int64(len(again)))
		if err != nil || len(back) != len(tensors) {
			t.Fatalf("what was read does not read back: %v", err)
		}
	})
}
