package tokenize

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"corpus/tokenize/bpe"
	"corpus/tokenize/count"
	"corpus/tokenize/normal"
	"corpus/tokenize/split"
	"corpus/tokenize/wordpiece"
)

// TestLearnBig trains on a text for testdata/scripts/merges_check.py to compare.
func TestLearnBig(t *testing.T) {
	path := os.Getenv("CORPUS_LEARN_TEXT")
	if path == "" {
		t.Skip("for testdata/scripts/merges_check.py --big")
	}
	vocab := number(t, "CORPUS_LEARN_VOCAB")
	const wordBytes = 256 << 20
	var learnt []string
	start := time.Now()
	switch os.Getenv("CORPUS_LEARN_MODEL") {
	case "bpe":
		counter := countLines(t, path, count.New())
		merges, stats, err := bpe.Train(counter.All(), bpe.Options{Reserved: NumReserved, Vocab: vocab, WordBytes: wordBytes})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v, %+v", counter.Stats(), stats)
		learnt = mergeTexts(merges)
	case "wordpiece":
		counter := countLines(t, path, count.NewOf(bertWords(t)))
		models, stats, err := wordpiece.Train(counter.All(), wordpiece.Options{
			Sizes: []int{vocab}, Specials: reservedTexts(), Unk: UnkID, WordBytes: wordBytes,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v, %+v", counter.Stats(), stats)
		learnt = models[0].Tokens()
	}
	t.Log("in ", time.Since(start))
	data, err := json.Marshal(learnt)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("CORPUS_LEARN_OUT"), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, variable string) int {
	n, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// countLines counts the words of the texts of JSON lines.
func countLines(t *testing.T, path string, counter *count.Counter) *count.Counter {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for left := number(t, "CORPUS_LEARN_BYTES"); left > 0; {
		line, err := in.ReadBytes('\n')
		if err != nil {
			break
		}
		left -= len(line)
		var doc struct{ Text string }
		if err := json.Unmarshal(line, &doc); err != nil {
			t.Fatal(err)
		}
		counter.Add(doc.Text)
	}
	return counter
}

// bertWords cuts words as BERT does, without changing letters.
func bertWords(t *testing.T) func(dst []string, text string) []string {
	splitter, _, err := split.Read(json.RawMessage(`{"type":"BertPreTokenizer"}`))
	if err != nil {
		t.Fatal(err)
	}
	bert, err := normal.Read(json.RawMessage(`{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":false,"lowercase":false}`))
	if err != nil {
		t.Fatal(err)
	}
	return func(dst []string, text string) []string {
		return splitter.Append(dst, normal.String(bert, text), true)
	}
}

func reservedTexts() (texts []string) {
	for _, s := range Reserved() {
		texts = append(texts, s.Content)
	}
	return texts
}

// mergeTexts writes merges as tokenizer.json does.
func mergeTexts(merges []bpe.Merge) (texts []string) {
	tokens := reservedTexts()
	for _, b := range bpe.ByteLevel.Order {
		tokens = append(tokens, bpe.ByteLevel.Encode(string([]byte{b})))
	}
	for _, m := range merges {
		tokens = append(tokens, tokens[m.Left]+tokens[m.Right])
		texts = append(texts, tokens[m.Left]+" "+tokens[m.Right])
	}
	return texts
}
