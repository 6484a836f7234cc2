// Command corpus carries raw text to a trained language model. One file per
// command: each wires packages, prints, and maps errors to exit codes.
package main
