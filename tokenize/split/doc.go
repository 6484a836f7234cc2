// Package split cuts text into words (pre-tokens), across which no token goes.
package split
