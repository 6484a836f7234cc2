package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// ours and theirs are what a member decodes to, and what stands behind it.
func ours(b []byte) (out, rest []byte, err error) {
	br := bufio.NewReaderSize(bytes.NewReader(b), least)
	var z Reader
	if err = z.Reset(br); err == nil {
		out, err = io.ReadAll(&z)
	}
	rest, _ = io.ReadAll(br)
	return out, rest, err
}

func theirs(b []byte) (out, rest []byte, err error) {
	br := bufio.NewReaderSize(bytes.NewReader(b), least)
	z, err := gzip.NewReader(br)
	if err == nil {
		z.Multistream(false)
		out, err = io.ReadAll(z)
	}
	rest, _ = io.ReadAll(br)
	return out, rest, err
}

// compare checks a member against compress/gzip: the same bytes, the same end,
// an error where it has one.
func compare(t *testing.T, b []byte) {
	t.Helper()
	got, rest, err := ours(b)
	want, left, wantErr := theirs(b)
	if (err == nil) != (wantErr == nil) || errors.Is(err, ErrChecksum) != errors.Is(wantErr, gzip.ErrChecksum) {
		t.Fatalf("error %v, want %v", err, wantErr)
	}
	// Where the input is cut, compress/gzip keeps back what it would decode last.
	more := errors.Is(err, io.ErrUnexpectedEOF) && bytes.HasPrefix(got, want) && len(got)-len(want) < 16*maxMatch
	if !more && !bytes.Equal(got, want) {
		t.Fatalf("%d bytes %.40q, want %d bytes %.40q (%v)", len(got), got, len(want), want, err)
	}
	if err == nil && !bytes.Equal(rest, left) {
		t.Fatalf("%d bytes behind the member, want %d", len(rest), len(left))
	}
}

// texts are of every kind that compressors tell apart.
func texts() [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var words strings.Builder
	for words.Len() < 700_000 {
		for range r.IntN(9) + 1 {
			words.WriteByte(byte('a' + min(r.IntN(26), r.IntN(26))))
		}
		words.WriteString([]string{" ", " ", "</p>\n<p>", ", the "}[r.IntN(4)])
	}
	far := append(append([]byte("begin"), noise[:32763]...), "begin"...)
	return [][]byte{
		nil, []byte("x"), []byte("hello, hello, hello"), bytes.Repeat([]byte("a"), 1_000_000), bytes.Repeat([]byte("abc"), 100_000),
		bytes.Repeat([]byte("0123456789"), 50_000), noise, []byte(words.String()), far,
	}
}

func compressed(t testing.TB, b []byte, level int, head gzip.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Header = head
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestMembers(t *testing.T) {
	for _, level := range []int{flate.HuffmanOnly, 0, 1, 6, 9} {
		for _, text := range texts() {
			b := compressed(t, text, level, gzip.Header{Name: "name", Comment: "comment", Extra: make([]byte, 3000)})
			got, rest, err := ours(append(b, "behind"...))
			if err != nil || !bytes.Equal(got, text) || string(rest) != "behind" {
				t.Fatalf("level %d: %d bytes, want %d; %q behind; %v", level, len(got), len(text), rest, err)
			}
		}
	}
}

// TestManyMembers: one Reader reads all members of a stream, however few bytes
// come at a time.
func TestManyMembers(t *testing.T) {
	var all, want []byte
	for i, text := range texts() {
		all = append(all, compressed(t, text, i%10, gzip.Header{})...)
		want = append(want, text...)
	}
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(all), "bytes": iotest.OneByteReader(bytes.NewReader(all)),
		"halves": iotest.HalfReader(bytes.NewReader(all)), "with EOF": iotest.DataErrReader(bytes.NewReader(all)),
	} {
		br := bufio.NewReaderSize(r, 64<<10)
		var z Reader
		var got []byte
		for {
			err := z.Reset(br)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			b, err := io.ReadAll(iotest.HalfReader(&z))
			if err != nil {
				t.Fatal(name, err)
			}
			got = append(got, b...)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, want %d", name, len(got), len(want))
		}
	}
}

// TestDamage: cut anywhere, with any byte changed, it is as compress/gzip has it.
func TestDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, text := range texts() {
		text = text[:min(len(text), 6000)]
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
			b := compressed(t, text, level, gzip.Header{Name: "n"})
			for range 300 {
				cut := b[:r.IntN(len(b)+1)]
				compare(t, cut)
				if got, _, _ := ours(cut); !bytes.HasPrefix(text, got) {
					t.Fatalf("cut: %d bytes that are not the text", len(got))
				}
				damaged := bytes.Clone(b)
				damaged[r.IntN(len(b))] ^= 1 << r.IntN(8)
				compare(t, damaged)
			}
		}
	}
}

func TestSourceFails(t *testing.T) {
	b := compressed(t, texts()[7], 6, gzip.Header{})
	broken := errors.New("broken")
	var z Reader
	err := z.Reset(io.MultiReader(bytes.NewReader(b[:len(b)/2]), iotest.ErrReader(broken)))
	if err == nil {
		_, err = io.Copy(io.Discard, &z)
	}
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want that of the source", err)
	}
}

func FuzzReader(f *testing.F) {
	for _, text := range texts() {
		text = text[:min(len(text), 3000)]
		for _, level := range []int{flate.HuffmanOnly, 0, 6} {
			f.Add(compressed(f, text, level, gzip.Header{})[10:])
		}
	}
	f.Fuzz(func(t *testing.T, deflated []byte) {
		compare(t, append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, deflated...))
	})
}

func BenchmarkReader(b *testing.B) {
	text := texts()[7]
	in := compressed(b, text, 6, gzip.Header{})
	b.SetBytes(int64(len(text)))
	b.Run("ours", func(b *testing.B) {
		var z Reader
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if err := z.Reset(bytes.NewReader(in)); err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, &z); err != nil {
				b.Fatal(err)
			}
		}
	})
}
