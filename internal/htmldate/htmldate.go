// Copyright (C) 2022 Markus Mobius
// Copyright 2026 the corpus authors
//
// Licensed under the Apache License, Version 2.0; see LICENSE.

// Package htmldate stands for github.com/markusmobius/go-htmldate, by a replace
// in go.mod: it has the names that go-trafilatura uses and finds no date. The
// real one loads tables of date formats in 200 languages whenever the program
// starts, a quarter of a second and 47 MB, and ingest never asks for a date.
package htmldate

import (
	"errors"
	"time"
)

// Options are what go-trafilatura sets.
type Options struct {
	UseOriginalDate     bool
	SkipExtensiveSearch bool
	URL                 string
}

// Result is a date that was found; here it is always zero.
type Result struct {
	DateTime time.Time
	HasTime  bool
}

// IsZero says that there is no date.
func (r Result) IsZero() bool { return r.DateTime.IsZero() }

// FromDocument finds no date and says so with an error, which go-trafilatura
// takes for a page without one.
func FromDocument(any, Options) (Result, error) {
	return Result{}, errors.New("this build finds no dates")
}
