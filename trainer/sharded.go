package trainer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/fsx"
)

// indexFile is what transformers writes beside weights that it splits: which file
// holds which tensor.
const indexFile = weightsFile + ".index.json"

// readWeights reads model.safetensors, or in its place the files that
// model.safetensors.index.json names.
func readWeights(fsys fsx.FS, dir string) ([]Tensor, error) {
	tensors, err := readTensors(fsys, path.Join(dir, weightsFile))
	switch {
	case err == nil:
		return tensors, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, unreadable(fsys, dir, weightsFile, err)
	}
	raw, err := fsx.ReadFile(fsys, path.Join(dir, indexFile), maxJSON)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noWeights(fsys, dir)
	}
	if err != nil {
		return nil, unreadable(fsys, dir, indexFile, err)
	}
	index, err := parseIndex(raw)
	if err != nil {
		return nil, unreadable(fsys, dir, indexFile, err)
	}
	return readSharded(fsys, dir, index)
}

func unreadable(fsys fsx.FS, dir, file string, err error) error {
	name := path.Join(dir, file)
	return &corpus.Error{Class: corpus.Corrupt, What: "cannot be read", Path: name, Offset: -1, Err: err, Next: wayOut(fsys, dir, name)}
}

// parseIndex gives the file of each tensor.
func parseIndex(raw []byte) (map[string]string, error) {
	var index struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		return nil, err
	}
	if len(index.Map) == 0 || len(index.Map) > maxTensors {
		return nil, fmt.Errorf("weight_map has %d tensors, want 1 to %d", len(index.Map), maxTensors)
	}
	for tensor, file := range index.Map {
		if strings.ContainsAny(file, "/\\\x00") || !strings.HasSuffix(file, ".safetensors") {
			return nil, fmt.Errorf("tensor %q is in %q, which is no safetensors file beside the index", tensor, file)
		}
	}
	return index.Map, nil
}

// readSharded reads every file of an index; each holds those tensors that the index
// says and no others.
func readSharded(fsys fsx.FS, dir string, index map[string]string) (all []Tensor, err error) {
	for _, file := range slices.Compact(slices.Sorted(maps.Values(index))) {
		tensors, err := readTensors(fsys, path.Join(dir, file))
		if err != nil {
			return nil, unreadable(fsys, dir, file, err)
		}
		for _, t := range tensors {
			if index[t.Name] != file {
				return nil, unreadable(fsys, dir, file, fmt.Errorf("tensor %s is in it, and by the index in %q", t.Name, index[t.Name]))
			}
		}
		all = append(all, tensors...)
	}
	return all, nil
}
