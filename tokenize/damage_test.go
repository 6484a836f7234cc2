package tokenize

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tinies are small tokenizers of the families, with what tokenizers makes of
// them when two of their fields are swapped (testdata/scripts/tokenizer_families.py).
func tinies(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/families/tiny/*-swaps.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d tiny tokenizers (%v)", len(files), err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, "-swaps.json") + ".json"
	}
	return files
}

// TestTruncated: a file that ends early is refused, with the byte where it ends.
func TestTruncated(t *testing.T) {
	for _, file := range tinies(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		whole := len(bytes.TrimSpace(data))
		for n := range whole {
			_, err := Read(data[:n])
			if want := fmt.Sprintf("tokenizer.json: not a tokenizer: byte %d of %d, line 1: the file ends early", n, n); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Fatalf("%s, the first %d bytes: %v, want %s", file, n, err, want)
			}
		}
	}
}

// value is a value of a JSON file: where it is, and below which keys.
type value struct {
	path       string
	start, end int
}

// values lists the values of a JSON file in order, as values does in the script.
func values(t testing.TB, data []byte) (list []value) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var walk func(path string, hidden bool)
	walk = func(path string, hidden bool) {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		n := len(list)
		var third int
		if _, err := fmt.Sscanf(path, ".added_tokens[%d]", &third); err == nil && third > 1 {
			hidden = true
		}
		if !hidden && path != "" {
			list = append(list, value{path: path})
		}
		inside := hidden || path == ".model.vocab" || path == ".model.merges"
		start := int(d.InputOffset())
		switch token {
		case json.Delim('{'), json.Delim('['):
			start--
			for i := 0; d.More(); i++ {
				at := fmt.Sprintf("%s[%d]", path, i)
				if token == json.Delim('{') {
					key, err := d.Token()
					if err != nil {
						t.Fatal(err)
					}
					at = path + "." + key.(string)
				}
				walk(at, inside)
			}
			if _, err := d.Token(); err != nil {
				t.Fatal(err)
			}
		default:
			for start--; start > 0 && !strings.ContainsRune(":,[", rune(data[start-1])) || inString(data, start, int(d.InputOffset())); {
				start--
			}
		}
		if !hidden && path != "" {
			list[n].start, list[n].end = start, int(d.InputOffset())
		}
	}
	walk("", false)
	return list
}

// inString says that a value cannot begin at start: it is not JSON.
func inString(data []byte, start, end int) bool { return !json.Valid(data[start:end]) }

// swap swaps two values, a before b.
func swap(data []byte, a, b value) []byte {
	return slices.Concat(data[:a.start], data[b.start:b.end], data[a.end:b.start], data[a.start:a.end], data[b.end:])
}

// TestSwapped: where two fields of a file are swapped it is refused, and the
// error names a field; or it is read as tokenizers reads it, with the same ids.
func TestSwapped(t *testing.T) {
	for _, file := range tinies(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			checkSwaps(t, file)
		})
	}
}

func checkSwaps(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	loads, read := readSwaps(t, file), 0
	all := values(t, data)
	for i, a := range all {
		for j, b := range all[i+1:] {
			if b.start < a.end || bytes.Equal(data[a.start:a.end], data[b.start:b.end]) {
				continue
			}
			what := fmt.Sprintf("%s and %s swapped", a.path, b.path)
			tok, err := Read(swap(data, a, b))
			ids, ok := loads[[2]int{i, i + 1 + j}]
			switch {
			case err == nil && !ok:
				t.Errorf("%s: is read, which tokenizers does not", what)
			case err == nil:
				read++
				if got := tok.Frame(tok.NewEncoder().EncodePrompt(nil, swapProbe)); !slices.Equal(got, ids) {
					t.Errorf("%s: ids %v, want %v", what, got, ids)
				}
			case !namesField(err.Error()):
				t.Errorf("%s: %v names no field", what, err)
			}
		}
	}
	t.Logf("%d values; %d swaps are read, by tokenizers %d", len(all), read, len(loads))
}

const swapProbe = "Ab  c's é<mask> 7</s>\n[SEP]<|endoftext|>"

// readSwaps are the ids that tokenizers makes of swapProbe, by the numbers of the
// values that are swapped.
func readSwaps(t *testing.T, file string) map[[2]int][]uint32 {
	t.Helper()
	raw, err := os.ReadFile(strings.TrimSuffix(file, ".json") + "-swaps.json")
	if err != nil {
		t.Fatal(err)
	}
	var list [][3]json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	loads := map[[2]int][]uint32{}
	for _, line := range list {
		var at [2]int
		var ids []uint32
		for i, to := range []any{&at[0], &at[1], &ids} {
			if err := json.Unmarshal(line[i], to); err != nil {
				t.Fatal(err)
			}
		}
		loads[at] = ids
	}
	return loads
}

// namesField says whether an error names a field of tokenizer.json.
func namesField(s string) bool {
	s, ok := strings.CutPrefix(s, "tokenizer.json: ")
	field := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(".:[ (", r) })
	return ok && len(field) > 0 && slices.Contains([]string{
		"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model",
	}, field[0])
}
