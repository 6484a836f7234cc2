package bulk

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"corpus/tokenize"
)

func tokenizer(t testing.TB) *tokenize.Tokenizer {
	t.Helper()
	data, err := os.ReadFile("../testdata/gpt2.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Tokenizer json.RawMessage }
	if json.Unmarshal(data, &f) == nil && f.Tokenizer != nil {
		data = f.Tokenizer
	}
	tok, err := tokenize.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// documents are lines of all kinds and the texts in them; "" where there is none.
func documents(n int) (lines []byte, texts []string) {
	var b bytes.Buffer
	for i := range n {
		text := strings.Repeat(fmt.Sprintf("line %d, \"é\" 字\n", i), i%120)
		switch i % 97 {
		case 13:
			b.WriteString("{\"text\": 5}\n")
			text = ""
		case 14:
			b.WriteString("{\"text\": \"cut\n\n  \n")
			text = ""
		default:
			line, _ := json.Marshal(map[string]any{"id": i, "text": text})
			b.Write(append(line, '\n'))
		}
		texts = append(texts, text)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), texts
}

func TestEncode(t *testing.T) {
	tok := tokenizer(t)
	lines, texts := documents(6000)
	if len(lines) < 3*blockBytes {
		t.Fatal("not several blocks")
	}
	end := uint32(7)
	for _, o := range []Options{{Workers: 1}, {Workers: 3}, {Workers: 2, Wide: true}, {Workers: 1, End: &end}} {
		o.Field = "text"
		var ids, lengths, wantIDs, wantLengths []byte
		enc := tok.NewEncoder()
		for i, text := range texts {
			var doc []uint32
			if i%97 != 13 && i%97 != 14 {
				if doc = enc.Encode(nil, text); o.End != nil {
					doc = append(doc, end)
				}
			}
			wantLengths = binary.LittleEndian.AppendUint32(wantLengths, uint32(len(doc)))
			for _, id := range doc {
				if o.Wide {
					wantIDs = binary.LittleEndian.AppendUint32(wantIDs, id)
				} else {
					wantIDs = binary.LittleEndian.AppendUint16(wantIDs, uint16(id))
				}
			}
		}
		var a, b bytes.Buffer
		c, err := Encode(context.Background(), tok, iotest.HalfReader(bytes.NewReader(lines)), &a, &b, o)
		if err != nil {
			t.Fatal(err)
		}
		if ids, lengths = a.Bytes(), b.Bytes(); !bytes.Equal(ids, wantIDs) || !bytes.Equal(lengths, wantLengths) {
			t.Errorf("%+v: other ids than by one encoder", o)
		}
		if c.Docs != 6000 || c.Bad != 124 || c.FirstBad != 14 || c.Tokens != int64(len(ids)/o.Bytes()) {
			t.Errorf("%+v: %+v", o, c)
		}
	}
}

// TestLongLine: a line that is too long is left out and counted.
func TestLongLine(t *testing.T) {
	long := `{"text":"` + strings.Repeat("a", 2*blockBytes) + `"}`
	in := "{\"text\":\"a\"}\n" + long + "\n{\"text\":\"b\"}\n" + long
	var ids, lengths bytes.Buffer
	c, err := Encode(context.Background(), tokenizer(t), strings.NewReader(in), &ids, &lengths, Options{Field: "text", Workers: 1, maxLine: 2 * blockBytes})
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}
	if c.Docs != 4 || c.Bad != 2 || c.FirstBad != 2 || !slices.Equal(lengths.Bytes(), want) {
		t.Errorf("%+v, lengths %v", c, lengths.Bytes())
	}
}

// TestFailures: errors of reading and writing, and a cancelled context, end it.
func TestFailures(t *testing.T) {
	tok := tokenizer(t)
	lines, _ := documents(6000)
	broken := errors.New("broken")
	in := func() *bytes.Reader { return bytes.NewReader(lines) }
	var sink bytes.Buffer
	o := Options{Field: "text", Workers: 2}
	if _, err := Encode(context.Background(), tok, iotest.ErrReader(broken), &sink, &sink, o); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := Encode(context.Background(), tok, in(), failing{broken}, &sink, o); !errors.Is(err, broken) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(broken)
	if _, err := Encode(ctx, tok, in(), &sink, &sink, o); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
