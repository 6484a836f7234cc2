package ingest

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corpus"
)

// TestLargeBook: a book that is larger than a text may be, for its pictures, is
// read, has the id of its bytes, and is in the sample of its bytes.
func TestLargeBook(t *testing.T) {
	small, err := os.ReadFile("testdata/formats/pandoc.epub")
	if err != nil {
		t.Fatal(err)
	}
	picture := make([]byte, corpus.MaxDocument)
	_, _ = rand.Read(picture)
	book := withPicture(t, small, picture)
	m := newMemory(2)
	m.run(t, Config{}, put(t, "a.epub", string(book), "b.epub", string(small)))
	docs := m.docs()
	if len(docs) != 2 || docs[0].Text != docs[1].Text || len(docs[0].Text) < 100 {
		t.Fatalf("%d documents, lost %v", len(docs), m.lost())
	}
	for i, content := range [][]byte{book, small} {
		if want := corpus.NewID(docs[i].Source, 0, content); docs[i].ID != want {
			t.Errorf("%s has the id %v, want %v", docs[i].Source, docs[i].ID, want)
		}
	}
	whole := record{raw: book, end: int64(len(book))}
	parts := record{file: memoryFile{strings.NewReader(string(book))}, end: int64(len(book))}
	if whole.hash(7) != parts.hash(7) {
		t.Error("held or not, a record has the same hash")
	}
}

// TestLargeFileThatIsTooLarge is listed with its size.
func TestLargeFileThatIsTooLarge(t *testing.T) {
	dir := put(t, "a.pdf", "%PDF-1.4\n", "b.txt", "Text.")
	if err := os.Truncate(filepath.Join(dir, "a.pdf"), MaxFile+1); err != nil {
		t.Fatal(err)
	}
	m := newMemory(1)
	m.run(t, Config{}, dir)
	if lost := m.lost(); len(lost) != 1 || lost[0].reason != TooLarge && lost[0].reason != NoPDF {
		t.Errorf("lost %v", lost)
	}
}

// TestBooksInWARC: what a crawl found is read by its type.
func TestBooksInWARC(t *testing.T) {
	epub, err := os.ReadFile("testdata/formats/pandoc.epub")
	if err != nil {
		t.Fatal(err)
	}
	docx, err := os.ReadFile("testdata/formats/pandoc.docx")
	if err != nil {
		t.Fatal(err)
	}
	response := func(kind string, body []byte) string {
		return warcRecord("response", "http://a.example/x", "application/http", "HTTP/1.1 200 OK\r\nContent-Type: "+kind+"\r\n\r\n"+string(body))
	}
	const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	content := response("application/epub+zip", epub) + response(word, docx) + response("application/octet-stream", docx) + response("application/zip", docx)
	m := newMemory(1)
	m.run(t, Config{}, put(t, "x.warc", content), "testdata/formats/pandoc.epub", "testdata/formats/pandoc.docx")
	got := m.texts()
	if len(got) != 5 || got[0] != got[3] || got[1] != got[4] || got[2] != got[4] {
		t.Errorf("%d texts, lost %v", len(got), m.lost())
	}
}

// withPicture is a zip file with a stored member more.
func withPicture(t *testing.T, b, picture []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	p, err := w.CreateHeader(&zip.FileHeader{Name: "EPUB/picture.png", Method: zip.Store})
	if err == nil {
		_, err = p.Write(picture)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
