// Package bias measures what filtering does to the people that texts are about:
// which groups a text mentions, and how a score treats sentences that differ in
// nothing but the group.
package bias
