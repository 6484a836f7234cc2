package pii

import (
	"fmt"
	"slices"
)

// kind is what a span is.
type kind int

const (
	email kind = iota
	phone
	ip
	card
	iban
	id
	key
	password
	kinds
)

// names are the rules under which edits stand, in the order of kind.
var names = [kinds]string{"pii.email", "pii.phone", "pii.ip", "pii.card", "pii.iban", "pii.id", "pii.key", "pii.password"}

// placeholders go in the place of a span. One constant a kind: a number of its own
// for every value would say which documents name the same person, and made-up
// values would teach a model made-up people. None of them is itself found again.
var placeholders = [kinds]string{"<EMAIL>", "<PHONE>", "<IP>", "<CARD>", "<IBAN>", "<ID>", "<KEY>", "<PASSWORD>"}

// Kinds are the names of all kinds.
func Kinds() []string { return slices.Clone(names[:]) }

// Attributes are the measurements, spans of each kind in a document: a kind's
// attribute has the kind's name.
func Attributes() []string { return Kinds() }

// wanted reads names of kinds; none means all.
func wanted(list []string) (want [kinds]bool, err error) {
	for k := range want {
		want[k] = len(list) == 0
	}
	for _, name := range list {
		k := slices.Index(names[:], name)
		if k < 0 {
			return want, fmt.Errorf("%q is not a kind of personal data: want one of %q", name, names)
		}
		want[k] = true
	}
	return want, nil
}
