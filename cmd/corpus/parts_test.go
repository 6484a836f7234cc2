package main

import (
	"testing"

	"corpus/trainer"
)

// TestLossesFitOnALine: up to three parts are all told, of more the lowest and the
// highest.
func TestLossesFitOnALine(t *testing.T) {
	bits := 1.25
	m := trainer.Metric{BitsPerByte: &bits, Languages: map[string]float64{"zh": 4.5, "en": 5}}
	m.Sources = map[string]float64{"wiki": 4.9, "crypto": 7.1, "cmd": 6.5621}
	if got, want := validation(m), ", 1.250 bits per byte, en 5.000, zh 4.500, cmd 6.562, crypto 7.100, wiki 4.900"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	m.BitsPerByte, m.Languages = nil, nil
	m.Sources["books\x1b"] = 4.9
	if got, want := validation(m), "; 4 sources from 4.900 (books\uFFFD) to 7.100 (crypto)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
