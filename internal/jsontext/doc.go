// Package jsontext finds members of JSON objects, and the text of strings, at
// about a gigabyte a second, with the results of encoding/json.
package jsontext
