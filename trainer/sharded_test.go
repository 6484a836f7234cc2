package trainer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
)

// shardedFolder is a model in three files, as transformers splits it.
func shardedFolder(t *testing.T) (dir string, index map[string]string, weights []Tensor) {
	t.Helper()
	j := smallJob(t, "clm", 1)
	dir, index, weights = t.TempDir(), map[string]string{}, Init(j.Config, 1)
	config, err := FormatConfig(j.Config)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "config.json", config)
	for i := range 3 {
		part, name := weights[i*len(weights)/3:(i+1)*len(weights)/3], fmt.Sprintf("model-%05d-of-00003.safetensors", i+1)
		put(t, dir, name, written(t, part))
		for _, w := range part {
			index[w.Name] = name
		}
	}
	return dir, index, weights
}

func put(t *testing.T, dir, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
		t.Fatal(err)
	}
}

func putIndex(t *testing.T, dir string, index map[string]string) {
	t.Helper()
	b, err := json.Marshal(map[string]any{"metadata": map[string]int{"total_size": 1}, "weight_map": index})
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, indexFile, b)
}

func TestSharded(t *testing.T) {
	dir, index, weights := shardedFolder(t)
	putIndex(t, dir, index)
	f, err := OpenFolder(fsx.OS{}, dir)
	if err != nil || len(f.Weights) != len(weights) {
		t.Fatal(err)
	}
	for i, w := range weights {
		if f.Weights[i].Name != w.Name || f.Weights[i].Data[0] != w.Data[0] {
			t.Errorf("%s is not %s", f.Weights[i].Name, w.Name)
		}
	}
}

func TestShardedRefuses(t *testing.T) {
	for want, damage := range map[string]func(dir string, index map[string]string, first string){
		"no safetensors file beside": func(_ string, index map[string]string, first string) { index[first] = "../other.safetensors" },
		"and by the index in": func(_ string, index map[string]string, first string) {
			index[first] = "model-00003-of-00003.safetensors"
		},
		"00002-of-00003.safetensors: cannot be read": func(dir string, _ map[string]string, _ string) {
			put(t, dir, "model-00002-of-00003.safetensors", []byte("short"))
		},
		"00001-of-00003.safetensors: cannot be read": func(dir string, _ map[string]string, _ string) {
			if err := os.Remove(filepath.Join(dir, "model-00001-of-00003.safetensors")); err != nil {
				t.Fatal(err)
			}
		},
		"weight_map has 0 tensors": func(_ string, index map[string]string, _ string) { clear(index) },
	} {
		dir, index, weights := shardedFolder(t)
		damage(dir, index, weights[0].Name)
		putIndex(t, dir, index)
		if _, err := OpenFolder(fsx.OS{}, dir); corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func FuzzParseIndex(f *testing.F) {
	f.Add([]byte(`{"metadata":{"total_size":8},"weight_map":{"a":"model-00001-of-00001.safetensors"}}`))
	f.Add([]byte(`{"weight_map":{"a":"..\\b.safetensors"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		index, err := parseIndex(raw)
		if err == nil && len(index) == 0 {
			t.Error("an index of nothing")
		}
		for _, file := range index {
			if filepath.Base(file) != file {
				t.Errorf("%q leads elsewhere", file)
			}
		}
	})
}
