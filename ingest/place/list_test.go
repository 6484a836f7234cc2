package place_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"corpus"
	"corpus/ingest/place"
)

const listText = "\ufeffcrawl/1.warc.gz\r\n\n  # a comment\n/abs/2\nhttps://other/3 4\ns3://b/5\nlast"

func zipped(t *testing.T, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	must[int](t)(w.Write([]byte(text)))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadList(t *testing.T) {
	enc := must[*zstd.Encoder](t)(zstd.NewWriter(nil))
	o := opener(t, quick())
	for name, b := range map[string][]byte{
		"plain": []byte(listText), "gzip": zipped(t, listText), "zstd": enc.EncodeAll([]byte(listText), nil),
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		got := must[[]string](t)(place.ReadList(t.Context(), o, path, "https://data/"))
		want := []string{"https://data/crawl/1.warc.gz", "/abs/2", "https://other/3 4", "s3://b/5", "https://data/last"}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
		if got := must[[]string](t)(place.ReadList(t.Context(), o, path, "")); got[0] != "crawl/1.warc.gz" {
			t.Errorf("%s without a prefix: %q", name, got)
		}
	}
	_, err := place.ReadList(t.Context(), o, filepath.Join(t.TempDir(), "none"), "")
	wantError(t, err, corpus.NoInput, "none", "no such file")
}

func TestReadListRemote(t *testing.T) {
	text := strings.Repeat("crawl/file.warc.gz\n", 90_000)
	for name, h := range map[string]http.Handler{
		"ranges": &site{data: zipped(t, text)}, "one stream": rangeless(zipped(t, text), true), "no length": rangeless(zipped(t, text), false),
	} {
		p := newProxy(t, h)
		o := opener(t, quick())
		if got := must[[]string](t)(place.ReadList(t.Context(), o, p.URL+"/warc.paths.gz", p.URL)); len(got) != 90_000 || got[0] != p.URL+"/crawl/file.warc.gz" {
			t.Errorf("%s: %d names", name, len(got))
		}
		p.set(func() { p.refuse = times(2, 503, nil, "") })
		_, err := place.ReadList(t.Context(), o, p.URL+"/warc.paths.gz", "")
		wantError(t, err, corpus.NoInput, "local file", "--prefix")
	}
}

func TestBadLists(t *testing.T) {
	o := opener(t, quick())
	cut := zipped(t, listText)
	comments := string(zipped(t, strings.Repeat("#"+strings.Repeat(" ", 8000)+"\n", 1000))) // 8 MB a member
	for name, c := range map[string]struct {
		data string
		want string
	}{
		"long line":    {strings.Repeat("a", place.MaxListLine+1), "line 1 is longer"},
		"binary":       {"a\nb\x00c", "line 2: a control character"},
		"cut gzip":     {string(cut[:len(cut)-9]), "unexpected EOF"},
		"long":         {strings.Repeat("a", place.MaxList+1), "longer than"},
		"bomb":         {strings.Repeat(comments, place.MaxListDecoded/8_000_000+1), "longer than"},
		"blank lines":  {string(zipped(t, strings.Repeat("\n", 2*place.MaxNames+1))), "longer than"},
		"many":         {string(zipped(t, strings.Repeat("a\n", place.MaxNames+1))), "longer than"},
		"broken zstd":  {"\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff", "line 1"},
		"large window": {"\x28\xb5\x2f\xfd\x00\xf8", "window"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "list")
			if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := place.ReadList(t.Context(), o, path, "")
			wantError(t, err, corpus.NoInput, path, c.want)
		})
	}
}
