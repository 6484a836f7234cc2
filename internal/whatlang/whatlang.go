// Copyright 2026 the corpus authors
//
// Licensed under the Apache License, Version 2.0; see LICENSE.

// Package whatlanggo stands for github.com/RadhiFadlillah/whatlanggo, by a
// replace in go.mod: it has the names that go-trafilatura uses and tells no
// language. The real one is asked about every page, for an eighth of the time
// that extraction takes, and package langid tells the language in the end.
package whatlanggo

// Lang is a language; here there is but one, the unknown.
type Lang int

// Iso6391 is "", as for an unknown language.
func (Lang) Iso6391() string { return "" }

// DetectLang tells nothing.
func DetectLang(string) Lang { return 0 }
