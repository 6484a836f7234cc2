package dedup

import (
	"fmt"
	"iter"
	"math"

	"corpus"
	"corpus/dedup/lines"
)

const (
	// minBloomError is the least error that may be asked for.
	minBloomError = 1e-15
	// bloomMemory is what the pass bloom holds beside its filters.
	bloomMemory = 4 * tableMemory
	// bloomRow is the numbers of a filter in a row of its table.
	bloomRow = corpus.BatchBytes / 8
)

// bloomRate is the error of a generation's filter, with so many before it, when all
// together may err as often as asked: they are shares of pi²/6, the sum of 1/n².
func bloomRate(rate float64, before int) float64 {
	n := float64(before + 1)
	return rate * 6 / (math.Pi * math.Pi * n * n)
}

// bloomSchema is the columns of Bloom: some of a filter's bits, the bits that an
// item sets, the filter's size in bytes.
func bloomSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "bits", Kind: corpus.Hashes},
		{Name: "hashes", Kind: corpus.Ints},
		{Name: "size", Kind: corpus.Ints},
	}
}

// rememberInBloom goes through the units in the order of documents and writes where those
// stand that it takes for seen, then the filter of this generation.
func (l Lines) rememberInBloom(env corpus.Env) error {
	parts, err := earlierParts(env, Bloom)
	if err != nil {
		return err
	}
	items, rate := env.Total("split", "lines.units"), bloomRate(l.Error, len(parts))
	size := lines.BloomBytes(items, rate)
	before, err := bloomSizes(env, parts)
	if err != nil {
		return err
	}
	if free := env.Memory() - bloomMemory; size+before > free {
		return &corpus.Error{
			Class: corpus.Refused, Offset: -1,
			What: fmt.Sprintf("a Bloom filter for %d lines or paragraphs at an error of %g takes %d MiB, and those of earlier generations %d MiB; there is memory for %d MiB",
				items, l.Error, size>>20+1, before>>20, free>>20),
			Next: fmt.Sprintf("give --memory %dMiB or more, allow a larger --bloom-error, or use --lines-in disk", (size+before+bloomMemory)>>20+1),
		}
	}
	env.Count("bloom.bytes", size)
	known, err := readBlooms(env, parts)
	if err != nil {
		return err
	}
	own := lines.NewBloom(items, rate)
	if err := bloomCuts(env, own, known); err != nil {
		return err
	}
	return writeBloom(env, own)
}

// bloomCuts writes the places of the units that a filter knows, and adds all to own.
func bloomCuts(env corpus.Env, own *lines.Bloom, known []*lines.Bloom) error {
	out, err := newTableBatch(env, repeatsHere, cutSchema())
	if err != nil {
		return err
	}
	err = eachUnit(env, func(key corpus.ID, part int, row, start, kind int64) error {
		seen := own.Add(key)
		for _, b := range known {
			seen = seen || b.Has(key)
		}
		if !seen {
			return nil
		}
		c := out.Columns
		for i, x := range []int64{int64(part), row, start, kind} {
			c[i].Ints = append(c[i].Ints, x)
		}
		return out.add()
	})
	if err != nil {
		return err
	}
	return out.flush()
}

func writeBloom(env corpus.Env, b *lines.Bloom) error {
	out, err := env.Create(Bloom, bloomSchema())
	if err != nil {
		return err
	}
	t, size := corpus.NewTable(bloomSchema()), int64(8*len(b.Bits()))
	for rest := b.Bits(); len(rest) > 0; {
		n := min(len(rest), bloomRow)
		t.Reset()
		t.Rows = 1
		t.Columns[0].Hashes = append(t.Columns[0].Hashes, rest[:n])
		t.Columns[1].Ints, t.Columns[2].Ints = append(t.Columns[1].Ints, int64(b.Hashes())), append(t.Columns[2].Ints, size)
		if err := out.Write(t); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// bloomSizes is the bytes of earlier filters, of which the first rows are read.
func bloomSizes(env corpus.Env, parts []int) (sum int64, err error) {
	for _, part := range parts {
		size := int64(0)
		for row, err := range earlierRows(env, Bloom, part) {
			if err != nil {
				return 0, err
			}
			size = row.Columns[2].Ints[row.At]
			break
		}
		if size <= 0 || size > lines.MaxBloom {
			return 0, badBloom(part)
		}
		sum += size
	}
	return sum, nil
}

// earlierRows walks a table.
func earlierRows(env corpus.Env, role string, part int) iter.Seq2[corpus.Row, error] {
	in, err := env.Open(role, part)
	if err != nil {
		return func(yield func(corpus.Row, error) bool) { yield(corpus.Row{}, err) }
	}
	return corpus.Rows(in)
}

func badBloom(part int) error {
	return &corpus.Error{
		Class: corpus.Corrupt, What: fmt.Sprintf("dedup: the Bloom filter of part %d is damaged", part), Offset: -1,
		Next: "run `corpus dedup --rebuild`",
	}
}

func readBlooms(env corpus.Env, parts []int) (all []*lines.Bloom, err error) {
	for _, part := range parts {
		var bits []uint64
		hashes, size := 0, int64(0)
		err := corpus.EachTable(env, Bloom, part, func(t *corpus.Table) error {
			for i, some := range t.Columns[0].Hashes {
				size = t.Columns[2].Ints[i] / 8
				if bits == nil {
					bits = make([]uint64, 0, size)
				}
				if hashes = int(t.Columns[1].Ints[i]); int64(len(bits)+len(some)) > size || size > int64(cap(bits)) {
					return badBloom(part)
				}
				bits = append(bits, some...)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		b, err := lines.OpenBloom(bits, hashes)
		if err != nil || int64(len(bits)) < size {
			return nil, badBloom(part)
		}
		all = append(all, b)
	}
	return all, nil
}
