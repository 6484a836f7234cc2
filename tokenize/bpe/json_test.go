package bpe

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"corpus/tokenize/modeltest"
)

// TestReadErrors: what is wrong is named by its field.
func TestReadErrors(t *testing.T) {
	const good = `"vocab":{"a":0,"b":1,"ab":4},"merges":[["a","b"]]`
	if _, err := Read([]byte("{" + good + "}")); err != nil {
		t.Fatal(err)
	}
	with := func(field, value string) string {
		return "{" + good + `,"` + field + `":` + value + "}" // of equal keys the last counts
	}
	long := strings.Repeat("a", MaxTokenBytes+1)
	for raw, want := range map[string]string{
		`[]`: "model: ", `{`: "model: ", `{}`: "model.vocab: missing", `{"vocab":{}}`: "model.merges: missing",
		with("type", `"Unigram"`):    "model.type: ",
		with("dropout", "0.1"):       "model.dropout: 0.1 makes ids random",
		with("unk_token", `"<unk>"`): `model.unk_token: "<unk>" is not in the vocabulary`,
		`{"vocab":{},"merges":[],"continuing_subword_prefix":"` + long + `"}`: "model.continuing_subword_prefix: 65537 bytes",
		with("end_of_word_suffix", `"`+long+`"`):                              "model.end_of_word_suffix: 65537 bytes",
		with("continuing_subword_prefix", `"##"`):                             `model.merges[0]: ["a" "b"] is not two tokens`,
		with("vocab", `{"c":0}`):                                              `model.vocab: "a" and "c" have the same id 0`,
		with("vocab", `{"c":-1}`):                                             "model: ",
		with("vocab", `{"c":2097152}`):                                        `model.vocab: "c" has id 2097152`,
		with("vocab", `["a"]`):                                                "model: ",
		with("vocab", `{"`+long+`":9}`):                                       "model.vocab: token 9 has 65537 bytes",
		with("merges", `["a b", "a"]`):                                        `model: merges: "a" is not two tokens with a space`,
		with("merges", `["a b c"]`):                                           `model: merges: "a b c" is not two tokens with a space`,
		with("merges", `[["a"]]`):                                             `model: merges: ["a"] is not a pair`,
		with("merges", `[1]`):                                                 `model: merges: 1 is not a pair`,
		with("merges", `[["a","b"],["b","a"]]`):                               `model.merges[1]: ["b" "a"] makes "ba", which is`,
		with("merges", `["#version: 0.2", "a b", "a x"]`):                     `model.merges[2]: ["a" "x"] is not two tokens`,
	} {
		if _, err := Read([]byte(raw)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.120s: %v, want %s", raw, err, want)
		}
	}
}

// TestWritten: models are written as the real package writes them.
func TestWritten(t *testing.T) {
	for _, name := range []string{"bytes", "unknown", "suffix", "prefix"} {
		want, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		got, err := modeltest.Read(t, "testdata/"+name+".json", Read).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, bytes.TrimSpace(want)) {
			t.Errorf("written\n%.300s\nwant\n%.300s", got, want)
		}
	}
}

func TestTiktokenErrors(t *testing.T) {
	all := strings.Builder{}
	for b := range 256 {
		fmt.Fprintf(&all, "%s %d\n", base64.StdEncoding.EncodeToString([]byte{byte(b)}), b)
	}
	good := all.String()
	for file, want := range map[string]string{
		"":                          "the byte 0x00 has no rank",
		good + "!!!! 256":           `line 257: "!!!!" is not a token in base64`,
		good + "\n YWI= x":          `line 258: "YWI= x" is not a token in base64 and a rank below 2097152`,
		good + "YWI= 5":             `line 257: "\x05" and "ab" have the same rank 5`,
		good + "YWI= 3000000":       `line 257: "YWI= 3000000" is not`,
		good + "YWI= 300\nYWI=":     `line 258: "YWI=" is not`,
		good + "YWI= 300\nYWI= 301": `"ab" has the ranks 300 and 301`,
		good[len("AA== 0\n"):]:      "the byte 0x00 has no rank",
	} {
		if _, err := ReadTiktoken([]byte(file)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q…: %v, want %s", file, err, want)
		}
	}
	if _, err := ReadTiktoken([]byte(good)); err != nil {
		t.Error(err)
	}
}
