// Package linear is a linear classifier of texts over hashed n-grams: trained
// by logistic regression, calibrated, a few hundred kilobytes as a file. What a
// model is for its users say; toxicity and quality have one each.
package linear
