package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"corpus/tokenize"
	"corpus/trainer"
)

// tokenizer reads the workspace's tokenizer, verified.
func (w *workspace) tokenizer() ([]byte, *tokenize.Tokenizer, error) {
	d, err := w.input("tokenize")
	if err != nil {
		return nil, nil, err
	}
	b, err := d.File(tokenize.RoleTokenizer)
	if err != nil {
		return nil, nil, err
	}
	t, err := tokenize.Read(b)
	return b, t, err
}

// specialIDs finds the reserved tokens in a tokenizer.
func specialIDs(t *tokenize.Tokenizer) trainer.Special {
	id := func(name string) int32 {
		if n, ok := t.Special(name); ok {
			return int32(n)
		}
		return trainer.None
	}
	s := trainer.Special{
		Pad: id(tokenize.Pad), BOS: id(tokenize.Bos), EOS: id(tokenize.Eos), Unk: id(tokenize.Unk),
		CLS: id(tokenize.Cls), SEP: id(tokenize.Sep), Mask: id(tokenize.Mask),
	}
	for i := range tokenize.Sentinels {
		if n := id(tokenize.Sentinel(i)); n >= 0 {
			s.Sentinels = append(s.Sentinels, n)
		}
	}
	return s
}

// runs are the names of the training runs.
func (w *workspace) runs() ([]string, error) {
	names, err := w.fs.ReadDir(filepath.Join(w.dir, "runs"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var runs []string
	for _, n := range names {
		if name, ok := strings.CutSuffix(n, "/"); ok {
			runs = append(runs, name)
		}
	}
	return runs, err
}

// programVersion names this build, for checkpoints.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version += " " + s.Value
		}
	}
	return version
}
