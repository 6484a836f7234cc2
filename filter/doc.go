// Package filter decides which documents are kept: it measures each document
// once, draws limits through the measures, and selects the best of what passed.
//
// The stage has these passes (see Stage):
//
//	measure  text → attributes, one sidecar for each family of rules, and edits;
//	         no limit is in its key. The packages below this one do the measuring
//	settle   those edits and dedup's → all edits, where dedup has any
//	…        what the method of selection needs (see Methods), such as DSIR's
//	         ngrams of each part, their pool, and the score of each text by them
//	promote  attributes and clusters → which documents stand in the place of
//	         survivors that fail
//	select   all scores → where the budget of each language ends, and each domain's
//	         cap
//	decide   attributes → verdicts, with every rule that a document fails
//	report   what became of each language, source, domain and group of people
//	kept     text, verdicts and edits → the text of what is kept
//
// Changing a limit or the budget runs promote and what follows again.
package filter
