// Package i18n has the few rules by which French and English texts for people
// differ: dates in words, plurals, typographic spaces.
//
// A language is "fr" or "en"; what is neither is written in English.
package i18n
