// Package filter decides which documents are kept: it measures each document
// once, draws limits through the measures, and selects the best of what passed.
//
// The stage has these passes (see Stage):
//
//	measure  text → attributes, one sidecar for each family of rules, and the
//	         n-gram counts of the part; no limit is in its key
//	pool     the counts of all parts → counts of the generation
//	score    text → dsir.score, how much likelier a target model finds the text
//	         than the pool's model does
//	select   all scores → where the budget of each language ends
//	decide   attributes → verdicts, with every rule that a document fails
//	kept     text and verdicts → the text of what is kept
//
// Changing a limit or the budget runs select and what follows again.
package filter
