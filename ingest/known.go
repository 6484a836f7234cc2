package ingest

import "corpus"

// sourceSchema lists what a part holds of each source: a row says that units
// first … first+units-1 of all were read as they were scanned. A source is
// known to later generations when its rows lead from its first unit to its
// last; one that changed while it was read is not, and is read again.
func sourceSchema() corpus.Schema {
	return corpus.Schema{
		{Name: "source", Kind: corpus.Strings},
		{Name: "sha256", Kind: corpus.Strings},
		{Name: "format", Kind: corpus.Strings},
		{Name: "compression", Kind: corpus.Strings},
		{Name: "status", Kind: corpus.Strings},
		{Name: "reading", Kind: corpus.Strings},
		{Name: "size", Kind: corpus.Ints},
		{Name: "first", Kind: corpus.Ints},
		{Name: "units", Kind: corpus.Ints},
		{Name: "all", Kind: corpus.Ints},
		{Name: "trusted", Kind: corpus.Ints},
	}
}

// version is a source with its content.
type version struct{ name, sha256 string }

// past is what earlier generations have of a version.
type past struct {
	format    string
	reading   reading
	next, all int64 // units read, and units there are
	trusted   bool
}

func (p past) whole() bool { return p.next == p.all }

// earlier gives what the generations before this one have read.
func earlier(env corpus.Env) (map[version]past, error) {
	first, _ := env.Parts()
	known := map[version]past{}
	for part := range first {
		err := rows(env, RoleSource, part, func(t *corpus.Table) {
			for i := range t.Rows {
				note(known, t, i)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// note adds a row. One that neither begins the source nor goes on where the
// last ended adds nothing.
func note(known map[version]past, t *corpus.Table, i int) {
	v := version{t.Column("source").Strings[i], t.Column("sha256").Strings[i]}
	first, units := t.Column("first").Ints[i], t.Column("units").Ints[i]
	p, seen := known[v]
	if seen && p.whole() || first > 0 && first != p.next {
		return
	}
	known[v] = past{
		format: t.Column("format").Strings[i], reading: parseReading(t.Column("reading").Strings[i]),
		next: first + units, all: t.Column("all").Ints[i], trusted: t.Column("trusted").Ints[i] == 1,
	}
}
