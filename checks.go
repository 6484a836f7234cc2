package corpus

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
)

// Checks are the checks of a file. In a manifest they are one string, base64 of
// size, sum (8 bytes), rows and tokens of each, the numbers as unsigned varints:
// a large set of shards has a million, which as objects take seconds to read.
type Checks []Check

// MarshalJSON writes the string.
func (c Checks) MarshalJSON() ([]byte, error) {
	raw := make([]byte, 0, 16*len(c))
	for _, x := range c {
		raw = binary.AppendUvarint(raw, uint64(x.Size))
		raw = binary.LittleEndian.AppendUint64(raw, x.Sum)
		raw = binary.AppendUvarint(raw, uint64(x.Rows))
		raw = binary.AppendUvarint(raw, uint64(x.Tokens))
	}
	out := make([]byte, 0, base64.RawStdEncoding.EncodedLen(len(raw))+2)
	out = append(out, '"')
	out = base64.RawStdEncoding.AppendEncode(out, raw)
	return append(out, '"'), nil
}

var errChecks = errors.New("checks are cut off")

// UnmarshalJSON reads the string, or the objects that format 1 had.
func (c *Checks) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' {
		return json.Unmarshal(b, (*[]Check)(c))
	}
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(b)-2))
	n, err := base64.RawStdEncoding.Decode(raw, b[1:len(b)-1])
	if err != nil {
		return err
	}
	r := varints{raw[:n], nil}
	for *c = make(Checks, 0, n/16); len(r.b) > 0 && r.err == nil; {
		*c = append(*c, Check{Size: r.next(), Sum: r.word(), Rows: r.next(), Tokens: r.next()})
	}
	return r.err
}

// varints reads numbers from bytes.
type varints struct {
	b   []byte
	err error
}

func (r *varints) next() int64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.err = nil, errChecks
		return 0
	}
	r.b = r.b[n:]
	return int64(v)
}

func (r *varints) word() uint64 {
	if len(r.b) < 8 {
		r.b, r.err = nil, errChecks
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}
