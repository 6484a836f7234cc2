package ingest

import (
	"strings"
	"testing"
)

func TestChanges(t *testing.T) {
	for r := rune(0); r < 0x20000; r++ {
		if 0xd800 <= r && r < 0xe000 {
			continue
		}
		s := "aé中" + string(r) + "z"
		if got, want := changes(s), strings.IndexFunc(s, dropped) >= 0; got != want {
			t.Errorf("%U: %v, want %v", r, got, want)
		}
	}
}
