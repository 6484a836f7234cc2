package unigram

import (
	"testing"

	"corpus/tokenize/modeltest"
)

func TestGolden(t *testing.T) {
	modeltest.Golden(t, 3, Read, (*Model).NewEncoder)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"Unigram","unk_id":0,"vocab":[["<unk>",-1e-400],["a",12345678901234567890123e-3]]}`), "aa")
	modeltest.Fuzz(f, "ab xyé😀<unk>", true, Read, (*Model).NewEncoder)
}
