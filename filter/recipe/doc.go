// Package recipe measures documents as published filtering recipes do, and says
// where those draw their limits.
//
// A recipe is a list of steps, each a filter of its pipeline. A step measures the
// text as the steps before have left it; some cut lines out of it, which become
// edits of the document. Limits are not looked at here: what a recipe measures
// can be decided on again with other ones.
package recipe
