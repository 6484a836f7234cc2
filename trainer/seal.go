package trainer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// sealJSON is JSON with its own SHA-256 in the field "hash".
func sealJSON(v interface{ setHash(string) }) ([]byte, error) {
	v.setHash("")
	plain, err := indent(v)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(plain)
	v.setHash(hex.EncodeToString(sum[:]))
	return indent(v)
}

// unsealJSON reads such JSON, or says what is wrong with it. A changed byte
// anywhere is seen, since only one spelling of a value is accepted.
func unsealJSON(raw []byte, v interface{ setHash(string) }) (wrong string, err error) {
	if err := json.Unmarshal(raw, v); err != nil {
		return "is not readable", err
	}
	if again, err := sealJSON(v); err != nil || !bytes.Equal(again, raw) {
		return "does not match its own hash", err
	}
	return "", nil
}
