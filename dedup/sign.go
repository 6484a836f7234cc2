package dedup

import (
	"errors"
	"io"

	"corpus"
)

// sign writes the signatures of one part.
func (c Config) sign(env corpus.Env) error {
	if err := c.Check(); err != nil {
		return err
	}
	out, err := env.Create(Signature, SignatureSchema())
	if err != nil {
		return err
	}
	s, settings := newSigner(c), c.String()
	batch := corpus.NewTable(SignatureSchema())
	var hashes []uint64 // of the rows of batch, which are slices of it
	first, _ := env.Parts()
	return eachTable(env, "ingest/part", first+env.Task(), func(in *corpus.Table) error {
		batch.Reset()
		hashes = hashes[:0]
		done := int64(0)
		ids, texts := in.Column("id").IDs, in.Column("text").Strings
		for i, text := range texts {
			start := len(hashes)
			var exact corpus.ID
			exact, hashes = s.sign(hashes, text)
			appendSignature(batch, ids[i], exact, settings, hashes[start:len(hashes):len(hashes)], len(text))
			done += int64(len(text))
			if 8*len(hashes) < corpus.BatchBytes {
				continue
			}
			if err := out.Write(batch); err != nil {
				return err
			}
			batch.Reset()
			hashes = hashes[:0]
		}
		env.Progress(done)
		return out.Write(batch)
	})
}

func appendSignature(t *corpus.Table, id, exact corpus.ID, settings string, hashes []uint64, bytes int) {
	c := t.Columns
	c[0].IDs = append(c[0].IDs, id)
	c[1].IDs = append(c[1].IDs, exact)
	c[2].Strings = append(c[2].Strings, settings)
	c[3].Hashes = append(c[3].Hashes, hashes)
	c[4].Ints = append(c[4].Ints, int64(bytes))
	t.Rows++
}

// eachTable calls do for every batch of a part.
func eachTable(env corpus.Env, role string, part int, do func(*corpus.Table) error) error {
	in, err := env.Open(role, part)
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		if err := env.Context().Err(); err != nil {
			return err
		}
		t, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := do(t); err != nil {
			return err
		}
	}
}
