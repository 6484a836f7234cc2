package ingest

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/hex"
	"hash"
	"strings"
)

// wrongDigest compares the block of a record with its WARC-Block-Digest (ISO
// 28500, 5.8), in base 32 or hexadecimal. Without one, or with one of another
// form, nothing can be said. Payload digests are not compared: what archivers
// computed them over differs.
func wrongDigest(h header, block []byte) *loss {
	name, digits, ok := strings.Cut(h.get("warc-block-digest"), ":")
	sum := digestOf(strings.ToLower(strings.TrimSpace(name)))
	if !ok || sum == nil {
		return nil
	}
	want := digest(strings.TrimSpace(digits), sum.Size())
	if want == nil {
		return nil
	}
	sum.Write(block)
	if got := sum.Sum(nil); !bytes.Equal(got, want) {
		return lose(BadDigest, "%s of the block is %x, the record says %x", name, got, want)
	}
	return nil
}

func digestOf(name string) hash.Hash {
	switch strings.ReplaceAll(name, "-", "") {
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	case "sha512":
		return sha512.New()
	case "md5":
		return md5.New()
	}
	return nil
}

// digest decodes the digits of a digest of size bytes; nil when they are none.
func digest(digits string, size int) []byte {
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != size {
		b, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimRight(digits, "=")))
	}
	if err != nil || len(b) != size {
		return nil
	}
	return b
}
