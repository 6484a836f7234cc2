package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"

	"corpus"
)

// copyTokenizer keeps the tokenizer with the shards, which mean nothing without it.
func copyTokenizer(e corpus.Env) error {
	b, err := e.File(tokenizerInput)
	if err != nil {
		return err
	}
	f, err := e.CreateFile(TokenizerRole + ".json")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return err
}

// MadeWith refuses shards that another tokenizer has made than the one in a file of
// this content, generation by generation.
func (d *Dataset) MadeWith(tokenizer []byte) error {
	sum := sha256.Sum256(tokenizer)
	now := hex.EncodeToString(sum[:])
	for i, g := range d.Manifest.Generations {
		if err := d.checkTokenizer(i, g, now); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dataset) checkTokenizer(i int, g corpus.Generation, now string) error {
	for _, f := range g.Files {
		if f.Role != TokenizerRole {
			continue
		}
		if f.SHA256 == now {
			return nil
		}
		return &corpus.Error{
			Class: corpus.BadConfig, Path: path.Join(d.Dir, f.Name), Offset: -1,
			What: fmt.Sprintf("the shards of generation %d were made with the tokenizer of SHA-256 %s, and the one there is now has %s", i+1, f.SHA256, now),
			Next: "make the shards anew with `corpus shards`, or put the tokenizer back that made them",
		}
	}
	return &corpus.Error{
		Class: corpus.BadConfig, What: "the shards do not tell which tokenizer made them", Path: d.Dir, Offset: -1,
		Next: "they were written by an older program; make them anew with `corpus shards`",
	}
}
