// Package toxic tells insulting and obscene text: by word lists in 26 languages
// and by a linear classifier of English. docs/toxicity.md is its model card.
package toxic
