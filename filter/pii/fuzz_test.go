package pii

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
)

// FuzzAppend: spans are in order, apart and at whole characters; what a kind finds does
// not depend on the others; and nothing of what was put in is found again.
func FuzzAppend(f *testing.F) {
	for _, s := range []string{
		"a@b.de, +49 30 901820, 93.184.216.34, 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00", "SSN 536-22-8726 RSSMRA85T10A562S 12345678Z",
		`password = "hunter22" postgres://u:s3kr3t@db.acme.com sk_live_4eC39HqLyjWDarjtT1zdp7dc eyJhbGciOi.eyJzdWIi.abcdefghijklmnopqrst`,
		"密码：abc12345，电话13812345678。2a00:1450:4001:81b::200e", "-----BEGIN PRIVATE KEY-----\n" + strings.Repeat("Ab1/", 30) + "\n-----END PRIVATE KEY-----",
		"(212) 555-7890 x12, 01.84.17.61.18, call me at 450 0840", "password: a1b2c3<EMAIL>@x.de", "\xff@a.de\xe2\x80", "NINO: AB 12 34 56 C national insurance",
	} {
		f.Add(s)
	}
	all, some := finder(f), make([]*Finder, kinds)
	for k := range some {
		some[k], _ = New(names[k])
	}
	f.Fuzz(func(t *testing.T, text string) {
		edits := all.Append(nil, text)
		end := 0
		byKind := map[string][]corpus.Edit{}
		for _, e := range edits {
			if e.Start < end || e.End <= e.Start || e.End > len(text) || e.With != placeholders[slices.Index(names[:], e.Rule)] {
				t.Fatalf("edit %+v after %d of %d bytes", e, end, len(text))
			}
			if utf8.ValidString(text) && (!utf8.ValidString(text[:e.Start]) || !utf8.ValidString(text[e.Start:e.End])) {
				t.Fatalf("edit %+v is within a character", e)
			}
			end = e.End
			byKind[e.Rule] = append(byKind[e.Rule], e)
		}
		for k, one := range some {
			if got := one.Append(nil, text); len(got) != len(byKind[names[k]]) {
				t.Fatalf("%s alone finds %d, among all %d", names[k], len(got), len(byKind[names[k]]))
			}
		}
		checkAgain(t, all, text, edits)
	})
}

// checkAgain looks into the replaced text: no span may touch what was put in.
func checkAgain(t *testing.T, f *Finder, text string, edits []corpus.Edit) {
	again := f.Append(nil, apply(text, edits))
	shift := 0
	for _, e := range edits {
		start := e.Start + shift
		shift += len(e.With) - (e.End - e.Start)
		for _, a := range again {
			if a.Start < start+len(e.With) && a.End > start {
				t.Fatalf("%+v again within %+v", a, e)
			}
		}
	}
}

// TestAgain is the fuzz target's last check on texts with many spans.
func TestAgain(t *testing.T) {
	f := finder(t)
	for _, l := range presidio(t) {
		checkAgain(t, f, l.Text, f.Append(nil, l.Text))
	}
}
