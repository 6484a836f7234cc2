package trainer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"corpus"
	"corpus/internal/fsx"
)

// Check verifies every file of a run: run.json, the finished model folder and
// all checkpoints. It returns how many files it read; an error names the first
// that is damaged.
func Check(fsys fsx.FS, dir string) (files int, err error) {
	dirs, err := sealedDirs(fsys, dir)
	if err != nil {
		return 0, err
	}
	_, err = ReadRun(fsys, dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(dirs) == 0:
		return 0, nil // not begun
	case errors.Is(err, fs.ErrNotExist):
		return 0, &corpus.Error{
			Class: corpus.Corrupt, What: "is missing, and there are checkpoints", Path: path.Join(dir, runFile), Offset: -1,
			Next: wayOut(fsys, dir, runFile),
		}
	case err != nil:
		return 0, err
	}
	files++
	if _, err := ReadTokenizer(fsys, dir); err != nil {
		return files, err
	}
	files++
	for _, d := range dirs {
		m, err := verify(fsys, d)
		if err != nil {
			return files, err
		}
		files += len(m.Generations[0].Files)
	}
	return files, nil
}

// sealedDirs are the directories of a run that have a manifest: the finished
// model folder and all checkpoints.
func sealedDirs(fsys fsx.FS, dir string) ([]string, error) {
	var dirs []string
	if _, err := fsys.Size(path.Join(dir, manifestFile)); err == nil {
		dirs = append(dirs, dir)
	}
	steps, err := checkpointSteps(fsys, dir)
	for _, s := range steps {
		dirs = append(dirs, path.Join(dir, checkpointDir, stepName(s)))
	}
	return dirs, err
}

// Status is a line about a run: what it trains and how far it is.
func Status(fsys fsx.FS, dir string) (string, error) {
	info, err := ReadRun(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "not begun", nil
	}
	if err != nil {
		return "", err
	}
	steps, err := checkpointSteps(fsys, dir)
	if err != nil {
		return "", err
	}
	spec := info.last().Spec
	line := spec.String()
	if n := len(steps); n > 0 {
		last := steps[n-1]
		line += fmt.Sprintf("; step %d of %d", last, spec.Steps)
		c, err := readState(fsys, path.Join(dir, checkpointDir, stepName(last)))
		if err != nil {
			return "", err
		}
		line += epochsRead(c.Epochs)
		if c.Best != nil {
			line += fmt.Sprintf(", best validation loss %.3f at step %d", c.Best.Loss, c.Best.Step)
		}
	}
	return line, nil
}

// epochsRead says how often the sources have been read.
func epochsRead(epochs map[string]float64) (s string) {
	for _, name := range slices.Sorted(maps.Keys(epochs)) {
		s += fmt.Sprintf(", %.2f epochs of %s", epochs[name], name)
	}
	return s
}

// readState is a checkpoint without its tensors, which are not verified.
func readState(fsys fsx.FS, dir string) (c Checkpoint, err error) {
	raw, err := fsx.ReadFile(fsys, path.Join(dir, stateFile), maxJSON)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return c, corrupt(fsys, dir, path.Join(dir, stateFile), "is not readable", err)
	}
	return c, nil
}

// ReadTokenizer is the tokenizer.json of a run, which must be the one that the
// run was begun with, or of a model folder from elsewhere.
func ReadTokenizer(fsys fsx.FS, dir string) ([]byte, error) {
	info, err := readRunIfAny(fsys, dir)
	if err != nil {
		return nil, err
	}
	name := path.Join(dir, TokenizerFile)
	raw, err := fsx.ReadFile(fsys, name, corpus.MaxManifest)
	switch {
	case info != nil && err != nil:
		return nil, corrupt(fsys, dir, name, "cannot be read", err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, &corpus.Error{
			Class: corpus.NoInput, What: "has no " + TokenizerFile, Path: dir, Offset: -1,
			Next: "save it with the fast tokenizer of transformers, which writes that file",
		}
	case err != nil:
		return nil, err
	}
	if sum := sha256.Sum256(raw); info != nil && hex.EncodeToString(sum[:]) != info.Tokenizer {
		return nil, corrupt(fsys, dir, name, "is not the tokenizer that the run was begun with", nil)
	}
	return raw, nil
}
