package ingest

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"corpus"
	"corpus/ingest/place"
)

// trust marks the inputs that trusted SOURCEs name, match or hold, and moves them
// to the front; their names stay as they are.
func trust(inputs []input, sources []string) {
	if len(sources) == 0 {
		return
	}
	roots := map[string]bool{}
	for _, source := range sources {
		if place.Remote(source) {
			roots[source] = true
			continue
		}
		paths, _ := expand(source)
		for _, path := range paths {
			roots[resolved(path)] = true
		}
	}
	for i := range inputs {
		if in := &inputs[i]; in.places != nil {
			in.trusted = of(roots, in.path)
		} else {
			in.trusted = under(roots, resolved(in.path))
		}
	}
	slices.SortStableFunc(inputs, func(a, b input) int { return int(flag(b.trusted) - flag(a.trusted)) })
}

// of says whether an address is one of the roots, matches one, or lies below one
// that ends with a slash.
func of(roots map[string]bool, address string) bool {
	for root := range roots {
		match, _ := path.Match(root, address)
		if root == address || match || strings.HasSuffix(root, "/") && strings.HasPrefix(address, root) {
			return true
		}
	}
	return false
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
