package wordpiece

import (
	"testing"

	"corpus/tokenize/modeltest"
)

func TestGolden(t *testing.T) {
	modeltest.Golden(t, 3, Read, (*Model).NewEncoder)
}

func FuzzRead(f *testing.F) {
	modeltest.Fuzz(f, "aab字#é", true, Read, (*Model).NewEncoder)
}
