// Package pii finds what names or reaches a person, or opens a door, in a text:
// e-mail addresses, phone numbers, IP addresses, payment cards, IBANs, national
// ids, keys and passwords, and says which placeholder goes in its place. It tells
// where they stand, never what they are. docs/pii.md has the rules and their sources.
package pii
