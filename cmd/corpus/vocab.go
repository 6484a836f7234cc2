package main

import (
	"fmt"
	"strconv"
	"strings"
)

// vocabSizes are numbers of token ids: 16000, 16k, or several, 8k,16k,32k. A k is
// a thousand.
type vocabSizes []int

// UnmarshalText reads sizes.
func (v *vocabSizes) UnmarshalText(b []byte) error {
	var sizes vocabSizes
	for s := range strings.SplitSeq(string(b), ",") {
		digits, thousands := strings.CutSuffix(strings.TrimSpace(s), "k")
		n, err := strconv.ParseUint(digits, 10, 32)
		if err != nil {
			return fmt.Errorf("%q are no sizes of vocabularies; write for example 16000 or 8k,16k,32k", b)
		}
		if thousands {
			n *= 1000
		}
		sizes = append(sizes, int(n))
	}
	*v = sizes
	return nil
}

// Set and String make sizes a flag.
func (v *vocabSizes) Set(s string) error { return v.UnmarshalText([]byte(s)) }

func (v *vocabSizes) String() string {
	var sizes []string
	for _, n := range *v {
		sizes = append(sizes, strconv.Itoa(n))
	}
	return strings.Join(sizes, ",")
}
