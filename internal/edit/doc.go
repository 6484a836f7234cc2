// Package edit has the spans of text that dedup and filter cut or replace: as rows of
// a sidecar, in order, and made.
package edit
