package normal

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// blob is a charsmap of units and texts.
func blob(texts string, units ...uint32) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(4*len(units)))
	for _, u := range units {
		out = binary.LittleEndian.AppendUint32(out, u)
	}
	return append(out, texts...)
}

func TestDamagedCharsmaps(t *testing.T) {
	// "a" is at 1^'a'^..., its value behind it.
	good := make([]uint32, 256)
	good[0] = 1 << 10                           // children at 1
	good[1^'a'] = 'a' | leafBit | (1^'a'^2)<<10 // its children at 2
	good[2] = valueBit
	for name, c := range map[string]struct {
		charsmap []byte
		want     string
	}{
		"empty":            {nil, "0 bytes are too few"},
		"length":           {blob("Y\x00", 0)[:5], "are too few"},
		"odd length":       {append([]byte{3, 0, 0, 0}, make([]byte, 8)...), "a trie of 3 bytes"},
		"too long":         {append([]byte{0, 0, 0, 1}, make([]byte, 8)...), "a trie of 16777216 bytes in 8"},
		"texts":            {blob("\xff\x00", good...), "are not UTF-8"},
		"text past end":    {blob("Y\x00", changed(good, 2, valueBit|2)...), "its text is at byte 2 of 2"},
		"text in a rune":   {blob("é\x00", changed(good, 2, valueBit|1)...), "its text is at byte 1"},
		"endless text":     {blob("Y", good...), "does not end"},
		"long text":        {blob(strings.Repeat("a", 2000)+"\x00", good...), "does not end within 1024"},
		"value past end":   {blob("Y\x00", changed(good, 1^'a', 'a'|leafBit|4096<<10)...), "its value is at"},
		"larger than ever": {make([]byte, maxCharsmap+1), "where 16777216 are allowed"},
	} {
		if _, err := newPrecompiled(c.charsmap); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if p := must(newPrecompiled(blob("Y\x00", good...)))(t); String(p, "ab") != "Yb" {
		t.Errorf("undamaged, it gives %q", String(p, "ab"))
	}
}

func changed(units []uint32, at, to uint32) []uint32 {
	units = slices.Clone(units)
	units[at] = to
	return units
}

// A root that names itself as its child, and a key that ends within a rune.
func TestOddTries(t *testing.T) {
	self := must(newPrecompiled(blob("Y\x00", 'a'|leafBit|'a'<<10, 0)))(t)
	if got := String(self, "aaa"); got != "aaa" {
		t.Errorf("the root as a child gives %q", got)
	}
	units := make([]uint32, 256)
	units[0], units[1^0xC3], units[2] = 1<<10, 0xC3|leafBit|(1^0xC3^2)<<10, valueBit
	half := must(newPrecompiled(blob("Y\x00", units...)))(t)
	if got := String(half, "aéb"); got != "aYb" {
		t.Errorf("a key that ends within a rune gives %q", got)
	}
}

// Bytes changed at random are an error or a charsmap that ends, within bounds.
func TestRandomDamage(t *testing.T) {
	whole := compileCharsmap(map[string]string{"a": "bc", "ab": "", "é": "e", "e\u0301": "é", "\r": " "})
	rng := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 3000 {
		c := slices.Clone(whole)
		for range 1 + rng.IntN(6) {
			c[rng.IntN(len(c))] = byte(rng.Uint32())
		}
		if rng.IntN(4) == 0 {
			c = c[:rng.IntN(len(c))]
		}
		p, err := newPrecompiled(c)
		if err != nil {
			continue
		}
		read++
		if got := String(p, "ab\r\né e\u0301\u0302"); !utf8.ValidString(got) {
			t.Fatalf("%x gives %q", c, got)
		}
	}
	if read == 0 {
		t.Error("all are refused")
	}
}
