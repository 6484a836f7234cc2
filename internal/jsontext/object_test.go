package jsontext

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzParse: encoding/json finds the same members with the same texts, or the
// same error.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"text":"a\u00e9\n\ud83d\ude00\/","n":-1.5e+3,"text":"last"} `, `{"text":"\ud800x","url":[{},[],"a",null,true]}`, `{"te\u0078t":""}`,
		"{\"text\":\"\xff\"}", `{"text":01}`, `{"text":"a" "b"}`, `null`, `[]`, `{"text":1,}`, "{\"text\":\"a\tb\"}", `{"text":"\x"}`, `{"text":{"text":"no"}}x`,
		`{"url":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	} {
		f.Add([]byte(s))
	}
	names := []string{"text", "url", "n"}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := Parse(b, names)
		var want map[string]json.RawMessage
		wantErr := json.Unmarshal(b, &want)
		if wantErr == nil && want == nil {
			wantErr = errNull
		}
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		for _, name := range names {
			var wantText string
			wantOK := len(want[name]) > 0 && want[name][0] == '"' && json.Unmarshal(want[name], &wantText) == nil
			if text, ok := o.Text([]string{name}); !bytes.Equal(o.Get(name), want[name]) || text != wantText || ok != wantOK {
				t.Fatalf("%s is %q %v, want %q %v", name, text, ok, wantText, wantOK)
			}
		}
	})
}
