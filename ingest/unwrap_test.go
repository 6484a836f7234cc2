package ingest

import (
	"strings"
	"testing"
)

func TestUnwrap(t *testing.T) {
	const full = "a line that is as long as the page is wide, and on"
	tests := []struct{ name, in, want string }{
		{"paragraph", full + "\n" + full + "\nends.\n\nNext.\n", full + " " + full + " ends.\n\nNext.\n\n"},
		{"short lines", "Boston 12\nBergen 13\nTromsø 14", "Boston 12\nBergen 13\nTromsø 14\n"},
		{"line that ends early", full + "\nends.\n" + full + "\nends.", full + " ends.\n" + full + " ends.\n"},
		{"items", full + "\n• " + full + "\n2. " + full + "\n3 boats", full + "\n• " + full + "\n2. " + full + " 3 boats\n"},
		{"Chinese", strings.Repeat("海", 50) + "\n" + strings.Repeat("港", 20), strings.Repeat("海", 50) + strings.Repeat("港", 20) + "\n"},
		{"empty", "", "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := unwrap(tt.in); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add(strings.Repeat("a b ", 20) + "\n" + strings.Repeat("海", 50) + "\n\n1. x\f\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		if got := unwrap(s); squeeze(got) != squeeze(s) || len(got) > len(s)+1 {
			t.Fatalf("%q of %q", got, s)
		}
	})
}
