// Package count counts the words of texts, spills the counts to files, and
// merges them again.
package count
