package tokenize

import "testing"

func TestRepairUTF8(t *testing.T) {
	for in, want := range map[string]string{
		"ok é":                              "ok é",
		"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82A": "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA",
		"\xed\xa0\x80\xed\xbf\xbf\xed\xafA": "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA",
		"\xf4\x91\x92\x93\xffA\x80\xbfB":    "\ufffd\ufffd\ufffd\ufffd\ufffdA\ufffd\ufffdB",
		"\xe1\x80\xe2\xf0\x91\x92\xf1\xbfA": "\ufffd\ufffd\ufffd\ufffdA",
		"\xef\xbf\xbd is itself":            "\ufffd is itself",
	} {
		if got := repairUTF8(in); got != want {
			t.Errorf("repairUTF8(%q) = %q, want %q", in, got, want)
		}
	}
}
