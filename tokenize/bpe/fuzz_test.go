package bpe

import (
	"os"
	"testing"

	"corpus/tokenize/modeltest"
)

func FuzzRead(f *testing.F) {
	modeltest.Fuzz(f, "aab字#éxy", false, Read, (*Model).NewEncoder)
}

// FuzzTiktoken: what is read encodes any bytes, and all of them.
func FuzzTiktoken(f *testing.F) {
	for _, name := range []string{"learnt", "random"} {
		data, err := os.ReadFile("testdata/" + name + ".tiktoken")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "abcabc --- \xff")
	}
	f.Fuzz(func(t *testing.T, data []byte, word string) {
		c, err := ReadTiktoken(data)
		if err != nil {
			return
		}
		m, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		var back []byte
		for _, id := range m.NewEncoder().AppendBytes(nil, word) {
			token, ok := ByteLevel.Decode(m.Tokens()[id])
			if !ok {
				t.Errorf("token %d is not of bytes", id)
			}
			back = append(back, token...)
		}
		if string(back) != word {
			t.Errorf("%q comes back as %q", word, back)
		}
	})
}
