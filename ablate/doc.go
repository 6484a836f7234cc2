// Package ablate measures whether a selection helps: it holds a text out, keeps it
// apart from what models learn from, and compares their bits per byte of it.
package ablate
