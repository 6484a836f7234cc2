package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// someManifest has a file with checks of every size of number.
func someManifest() Manifest {
	f := File{Role: "part", Name: "part-00000.arrow", Size: 1 << 40, Checks: Checks{
		{Size: 1, Sum: 1<<64 - 1, Rows: 0}, {Size: 1 << 40, Sum: 7, Rows: 1 << 33, Tokens: 1 << 20}, {},
	}}
	return Manifest{Stage: "shards", Version: 3, Generations: []Generation{{Key: "k", Parts: []Part{{Files: []File{f, {Role: "plain"}}}}}}}
}

func TestManifestComesBack(t *testing.T) {
	b, err := someManifest().Seal()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseManifest("m", b)
	if err != nil || !reflect.DeepEqual(got.Generations, someManifest().Generations) {
		t.Fatalf("%+v, %v", got, err)
	}
	for bit := range len(b) * 8 {
		b[bit/8] ^= 1 << (bit % 8)
		if _, err := ParseManifest("m", b); ClassOf(err) != Corrupt {
			t.Fatalf("bit %d: %v", bit, err)
		}
		b[bit/8] ^= 1 << (bit % 8)
	}
	for n := range b {
		if _, err := ParseManifest("m", b[:n]); ClassOf(err) != Corrupt {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

// TestOlderManifest: format 1 has its checks as objects.
func TestOlderManifest(t *testing.T) {
	b, err := someManifest().Seal()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, c := range someManifest().Generations[0].Parts[0].Files[0].Checks {
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(raw))
	}
	checks, err := someManifest().Generations[0].Parts[0].Files[0].Checks.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	now, _ := ParseManifest("m", b)
	old := strings.NewReplacer(string(checks), "["+strings.Join(list, ",")+"]", `"format": 2`, `"format": 1`, now.Hash, "").Replace(string(b))
	sum := sha256.Sum256([]byte(old))
	old = strings.Replace(old, `"hash": ""`, `"hash": "`+hex.EncodeToString(sum[:])+`"`, 1)
	got, err := ParseManifest("m", []byte(old))
	if err != nil || got.Format != 1 || !reflect.DeepEqual(got.Generations, now.Generations) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := ParseManifest("m", []byte(strings.Replace(old, `"format": 1`, `"format": 3`, 1))); ClassOf(err) != Corrupt {
		t.Errorf("a newer format: %v", err)
	}
}

func FuzzChecks(f *testing.F) {
	f.Add([]byte(`""`))
	f.Add([]byte(`"AQAAAAAAAAAAAAE"`))
	f.Add([]byte(`[{"size":1,"sum":2}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c, again Checks
		if json.Unmarshal(b, &c) != nil {
			return
		}
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &again); err != nil || len(c) != len(again) || len(c) > 0 && !reflect.DeepEqual(c, again) {
			t.Fatalf("%v becomes %v, %v", c, again, err)
		}
	})
}
