package unigram

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestScores reads numbers as the real package does.
func TestScores(t *testing.T) {
	data, err := os.ReadFile("testdata/scores.json")
	if err != nil {
		t.Fatal(err)
	}
	var pairs [][2]string
	if err := json.Unmarshal(data, &pairs); err != nil {
		t.Fatal(err)
	}
	nearest := 0
	for _, p := range pairs {
		want, err := strconv.ParseFloat(p[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseScore(p[0]); err != nil || got != want {
			t.Errorf("%s is %v (%v), want %v", p[0], got, err, want)
		}
		if f, _ := strconv.ParseFloat(p[0], 64); f == want {
			nearest++
		}
	}
	if nearest == len(pairs) {
		t.Error("no number is read otherwise than as the nearest float, so that this tests nothing")
	}
}

// TestReadErrors: what is wrong is named by its field.
func TestReadErrors(t *testing.T) {
	for raw, want := range map[string]string{
		`[]`: "model: ", `{`: "model: ", `{}`: "model.vocab: missing", `{"type":"BPE"}`: "model.type: ",
		`{"vocab":[["a",0]]}`:                                                       "model.unk_id: ",
		`{"vocab":[["a",0]],"unk_id":null}`:                                         "model.unk_id: ",
		`{"vocab":[["a",0]],"unk_id":1}`:                                            "model.unk_id: 1 in",
		`{"vocab":[["a",0]],"unk_id":-1}`:                                           "model.unk_id: -1 in",
		`{"vocab":[],"unk_id":0}`:                                                   "model.vocab: empty",
		`{"vocab":[["a",0],["b"]],"unk_id":0}`:                                      `model: vocab: ["b"] is not`,
		`{"vocab":[[1,0]],"unk_id":0}`:                                              "model: vocab: 1 is not a token",
		`{"vocab":[["a","0"]],"unk_id":0}`:                                          `model: vocab: "0" is not a score`,
		`{"vocab":[["a",null]],"unk_id":0}`:                                         "model: vocab: null is not a score",
		`{"vocab":[["a",1e999]],"unk_id":0}`:                                        "model: vocab: the score of \"a\"",
		`{"vocab":{"a":0},"unk_id":0}`:                                              "model: ",
		`{"vocab":[["a",0]],"unk_id":0,"byte_fallback":1}`:                          "model: ",
		`{"vocab":[["` + strings.Repeat("a", MaxTokenBytes+1) + `",0]],"unk_id":0}`: "model.vocab[0]: 65537 bytes",
	} {
		if _, err := Read([]byte(raw)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60s: %v, want %s", raw, err, want)
		}
	}
}
