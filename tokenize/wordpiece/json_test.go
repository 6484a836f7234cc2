package wordpiece

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"corpus/tokenize/modeltest"
)

// TestReadErrors: what is wrong is named by its field.
func TestReadErrors(t *testing.T) {
	const good = `"unk_token":"u","continuing_subword_prefix":"##","max_input_chars_per_word":9,"vocab":{"u":0}`
	if _, err := Read([]byte("{" + good + "}")); err != nil {
		t.Fatal(err)
	}
	with := func(field, value string) string {
		return "{" + good + `,"` + field + `":` + value + "}" // of equal keys the last counts
	}
	for raw, want := range map[string]string{
		`[]`: "model: ", `{`: "model: ", `{}`: "model.unk_token: missing", `{"type":"BPE"}`: "model.type: ",
		`{"unk_token":"u"}`: "model.continuing_subword_prefix: missing",
		`{"unk_token":"u","continuing_subword_prefix":""}`:                               "model.max_input_chars_per_word: missing",
		`{"unk_token":"u","continuing_subword_prefix":"","max_input_chars_per_word":1}`:  "model.vocab: missing",
		with("max_input_chars_per_word", "-1"):                                           "model.max_input_chars_per_word: -1",
		with("continuing_subword_prefix", `"`+strings.Repeat("#", MaxPrefixBytes+1)+`"`): "model.continuing_subword_prefix: 65 bytes",
		with("unk_token", `"x"`):                                                         `model.unk_token: "x" is not`,
		with("vocab", `{"b":0}`):                                                         `model.vocab: "b" and "u" have the same id 0`,
		with("vocab", `{"a":-1}`):                                                        "model: ",
		with("vocab", `{"a":2097152}`):                                                   `model.vocab: "a" has id 2097152`,
		with("vocab", `["a"]`):                                                           "model: ",
		with("vocab", `{"`+strings.Repeat("a", MaxTokenBytes+1)+`":1}`):                  "model.vocab: token 1 has 65537 bytes",
	} {
		if _, err := Read([]byte(raw)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.120s: %v, want %s", raw, err, want)
		}
	}
}

// TestWritten: a model is written as the real package writes it.
func TestWritten(t *testing.T) {
	want, err := os.ReadFile("testdata/bert.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := modeltest.Read(t, "testdata/bert.json", Read).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, bytes.TrimSpace(want)) {
		t.Errorf("written\n%.300s\nwant\n%.300s", got, want)
	}
}
