package ingest

import "testing"

// The digests of "abc" are those of FIPS 180-4 and RFC 1321.
func TestDigests(t *testing.T) {
	tests := []struct {
		digest, block string
		wrong         bool
	}{
		{"sha1:A9993E364706816ABA3E25717850C26C9CD0D89D", "abc", false},
		{"sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", "abc", false},
		{"SHA-1: vgmt4nsha2awvor6evyxqugcnsonbwe5", "abc", false},
		{"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "abc", false},
		{"md5:900150983cd24fb0d6963f7d28e17f72", "abc", false},
		{"sha1:A9993E364706816ABA3E25717850C26C9CD0D89D", "abd", true},
		{"sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", "ab", true},
		{"sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "abc", false}, // base 64: another form
		{"sha1:VGMT", "abc", false},
		{"crc32:352441c2", "abc", false},
		{"", "abc", false},
	}
	for _, tt := range tests {
		if l := wrongDigest(header{{"warc-block-digest", tt.digest}}, []byte(tt.block)); (l != nil) != tt.wrong {
			t.Errorf("%s of %q: %v", tt.digest, tt.block, l)
		}
	}
}
