package dedup

import "corpus"

// sign writes the signatures of one part, and what clustering is to sort of it.
func (c Config) sign(env corpus.Env) error {
	if err := c.Check(); err != nil {
		return err
	}
	w, err := c.newSignatures(env)
	if err != nil {
		return err
	}
	s := newSigner(c)
	first, _ := env.Parts()
	err = corpus.EachTable(env, "ingest/part", first+env.Task(), func(in *corpus.Table) error {
		done := int64(0)
		for i := range in.Rows {
			d := in.Document(i)
			if err := w.add(s, &d); err != nil {
				return err
			}
			done += int64(len(d.Text))
		}
		env.Progress(done)
		return nil
	})
	if err != nil {
		return err
	}
	return w.flush()
}

// signatures writes the tables of a part in batches of as many rows.
type signatures struct {
	rows     int
	settings string
	bands    int
	hashes   []uint64 // of the rows of the batch, which are slices of it
	tables   [3]*corpus.Table
	out      [3]corpus.TableWriter
}

func (c Config) newSignatures(env corpus.Env) (*signatures, error) {
	w := &signatures{rows: c.rowsPerSignatures(), settings: c.String(), bands: c.Bands}
	roles := []string{Signature, keysRole, bandsRole}
	for i, s := range []corpus.Schema{SignatureSchema(), keysSchema(), bandsSchema()} {
		out, err := env.Create(roles[i], s)
		if err != nil {
			return nil, err
		}
		w.tables[i], w.out[i] = corpus.NewTable(s), out
	}
	return w, nil
}

// add signs a document.
func (w *signatures) add(s *signer, d *corpus.Document) error {
	start := len(w.hashes)
	var exact corpus.ID
	exact, w.hashes = s.sign(w.hashes, d.Text)
	hashes := w.hashes[start:len(w.hashes):len(w.hashes)]
	split := min(w.bands, len(hashes))
	w.append(d, exact, hashes[:split], hashes[split:])
	if w.tables[0].Rows < w.rows {
		return nil
	}
	return w.flush()
}

func (w *signatures) append(d *corpus.Document, exact corpus.ID, bands, sketch []uint64) {
	c := w.tables[0].Columns
	c[0].IDs = append(c[0].IDs, d.ID)
	c[1].Strings = append(c[1].Strings, w.settings)
	c[2].Hashes = append(c[2].Hashes, sketch)
	c[3].Ints = append(c[3].Ints, int64(len(d.Text)))
	c = w.tables[1].Columns
	c[0].IDs = append(c[0].IDs, d.ID)
	c[1].IDs = append(c[1].IDs, exact)
	c[2].IDs = append(c[2].IDs, urlHash(d.URL))
	c[3].Ints = append(c[3].Ints, int64(len(d.Text)))
	trusted := int64(0)
	if d.Trusted {
		trusted = 1
	}
	c[4].Ints = append(c[4].Ints, trusted)
	c = w.tables[2].Columns
	c[0].Hashes = append(c[0].Hashes, bands)
	for _, t := range w.tables {
		t.Rows++
	}
}

// flush writes the batches.
func (w *signatures) flush() error {
	if w.tables[0].Rows == 0 {
		return nil
	}
	for i, out := range w.out {
		if err := out.Write(w.tables[i]); err != nil {
			return err
		}
		if err := corpus.Cut(out); err != nil {
			return err
		}
		w.tables[i].Reset()
	}
	w.hashes = w.hashes[:0]
	return nil
}
