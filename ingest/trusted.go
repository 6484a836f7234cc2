package ingest

import (
	"path/filepath"
	"slices"

	"corpus"
)

// trust marks the inputs that trusted SOURCEs name, match or hold, and moves them
// to the front; their names stay as they are.
func trust(inputs []input, sources []string) {
	roots := map[string]bool{}
	for _, source := range sources {
		paths, _ := expand(source)
		for _, path := range paths {
			roots[resolved(path)] = true
		}
	}
	if len(roots) == 0 {
		return
	}
	for i := range inputs {
		inputs[i].trusted = under(roots, resolved(inputs[i].path))
	}
	slices.SortStableFunc(inputs, func(a, b input) int { return int(flag(b.trusted) - flag(a.trusted)) })
}

// under says whether a path is one of the roots or lies below one.
func under(roots map[string]bool, path string) bool {
	for at := path; ; at = filepath.Dir(at) {
		if roots[at] || at == filepath.Dir(at) {
			return roots[at]
		}
	}
}

// trusted are the names of the trusted inputs. Beside what was scanned, the mark
// of a document depends on them.
func trusted(inputs []input) (names []string) {
	for _, in := range inputs {
		if in.trusted {
			names = append(names, in.name)
		}
	}
	return names
}

// otherTrust is the error of a source that was read while it was trusted and is
// it no more, or the other way round: its ids are in use.
func (p past) otherTrust(s *source) error {
	if p.trusted == s.input.trusted {
		return nil
	}
	was, is := "not ", ""
	if p.trusted {
		was, is = is, was
	}
	return &corpus.Error{
		Class: corpus.BadConfig, Path: s.input.path, Offset: -1,
		What: "was " + was + "trusted when it was read, now it is " + is + "so",
		Next: "run `corpus ingest --rebuild` to read it anew, or set ingest.trusted as it was",
	}
}

// flag is a truth as a value of a column.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
