package access

import (
	"encoding/binary"
	"strings"
	"time"
)

const (
	chunkSize  = 256 << 10 // how much memory for records is taken at once, in bytes
	mostPooled = 1 << 16   // how many different texts are kept once for all records
)

// packed holds entries as records of bytes: numbers as varints, texts behind
// their lengths, and those that many entries share as numbers of a pool.
type packed struct {
	chunks [][]byte
	at     []uint64 // of each record: its chunk, and above 32 bits its place there
	pool   []string
	pooled map[string]int
	room   []byte // for the record being made
}

// What a record begins with.
const (
	hasRepeated = 1 << iota // its login or external id stands further up
	hasRemoved
	hasGroup
	hasLang
	hasEmail
	hasEmailOfLogin // the address is the login and a domain
	hasBirthDate
	hasEndsOn
)

func (p *packed) len() int { return len(p.at) }

func (p *packed) add(e RosterEntry, repeated bool) {
	p.at = append(p.at, p.store(p.encode(e, repeated)))
}

func (p *packed) replace(place int, e RosterEntry) {
	p.at[place] = p.store(p.encode(e, p.repeated(place)))
}

// store keeps a record and tells where.
func (p *packed) store(record []byte) uint64 {
	last := len(p.chunks) - 1
	if last < 0 || cap(p.chunks[last])-len(p.chunks[last]) < len(record) {
		p.chunks = append(p.chunks, make([]byte, 0, max(chunkSize, len(record))))
		last++
	}
	at := uint64(len(p.chunks[last]))<<32 | uint64(last)
	p.chunks[last] = append(p.chunks[last], record...)
	return at
}

// record gives the record at a place, and what stands behind it.
func (p *packed) record(place int) []byte {
	at := p.at[place]
	return p.chunks[uint32(at)][at>>32:]
}

func (p *packed) repeated(place int) bool { return p.record(place)[0]&hasRepeated != 0 }

// loginOf and externalIDOf find what a record is looked up by.
func loginOf(record []byte) []byte {
	n, size := binary.Uvarint(record[1:])
	return record[1+size:][:n]
}

func externalIDOf(record []byte) []byte {
	n, size := binary.Uvarint(record[1:])
	return loginOf(record[size+int(n):])
}

func (p *packed) encode(e RosterEntry, repeated bool) []byte {
	flags := byte(0)
	domain := ""
	if e.Email != nil {
		rest, ofLogin := strings.CutPrefix(*e.Email, e.Login)
		domain, flags = rest, flags|flag(ofLogin, hasEmailOfLogin)
	}
	flags |= flag(repeated, hasRepeated) | flag(e.Removed, hasRemoved) | flag(e.Group != nil, hasGroup) | flag(e.Lang != nil, hasLang) |
		flag(e.Email != nil, hasEmail) | flag(e.BirthDate != nil, hasBirthDate) | flag(e.EndsOn != nil, hasEndsOn)
	b := append(p.room[:0], flags)
	b = appendText(b, e.Login)
	b = appendText(b, e.ExternalID)
	b = binary.AppendVarint(b, int64(e.Line))
	for _, text := range [...]string{e.File, e.FamilyName, e.GivenName, string(e.Profile)} {
		b = p.appendPooled(b, text)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Schools)))
	for _, code := range e.Schools {
		b = p.appendPooled(b, code)
	}
	if e.Group != nil {
		b = p.appendPooled(b, *e.Group)
	}
	if e.Lang != nil {
		b = p.appendPooled(b, *e.Lang)
	}
	if flags&hasEmailOfLogin != 0 {
		b = p.appendPooled(b, domain)
	} else if e.Email != nil {
		b = appendText(b, *e.Email)
	}
	b = appendDate(b, e.BirthDate)
	b = appendDate(b, e.EndsOn)
	b = binary.AppendUvarint(b, uint64(len(e.StudentRefs)))
	for _, ref := range e.StudentRefs {
		b = appendText(b, ref)
	}
	p.room = b
	return b
}

func (p *packed) entry(place int) RosterEntry {
	record := p.record(place)
	flags, r := record[0], recordReader{p, record[1:]}
	e := RosterEntry{Removed: flags&hasRemoved != 0}
	e.Login, e.ExternalID, e.Line = r.text(), r.text(), r.number()
	e.File, e.FamilyName, e.GivenName, e.Profile = r.pooled(), r.pooled(), r.pooled(), Profile(r.pooled())
	for range r.length() {
		e.Schools = append(e.Schools, r.pooled())
	}
	if flags&hasGroup != 0 {
		e.Group = pointerTo(r.pooled())
	}
	if flags&hasLang != 0 {
		e.Lang = pointerTo(r.pooled())
	}
	if flags&hasEmailOfLogin != 0 {
		e.Email = pointerTo(e.Login + r.pooled())
	} else if flags&hasEmail != 0 {
		e.Email = pointerTo(r.text())
	}
	if flags&hasBirthDate != 0 {
		e.BirthDate = r.date()
	}
	if flags&hasEndsOn != 0 {
		e.EndsOn = r.date()
	}
	for range r.length() {
		e.StudentRefs = append(e.StudentRefs, r.text())
	}
	return e
}

func flag(on bool, bit byte) byte {
	if on {
		return bit
	}
	return 0
}

func pointerTo(s string) *string { return &s }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendDate(b []byte, d *Date) []byte {
	if d == nil {
		return b
	}
	for _, n := range [...]int{d.Year, int(d.Month), d.Day} {
		b = binary.AppendVarint(b, int64(n))
	}
	return b
}

// appendPooled appends the number of a text, from 1 on, or 0 and the text.
func (p *packed) appendPooled(b []byte, s string) []byte {
	n, known := p.pooled[s]
	if !known {
		if len(p.pool) == mostPooled {
			return appendText(append(b, 0), s)
		}
		if p.pooled == nil {
			p.pooled = map[string]int{}
		}
		s = strings.Clone(s) // cells are cut out of one text for a whole row
		n = len(p.pool) + 1
		p.pool, p.pooled[s] = append(p.pool, s), n
	}
	return binary.AppendUvarint(b, uint64(n))
}

// A recordReader reads a record from its login on.
type recordReader struct {
	p    *packed
	rest []byte
}

func (r *recordReader) length() int {
	n, size := binary.Uvarint(r.rest)
	r.rest = r.rest[size:]
	return int(n)
}

func (r *recordReader) number() int {
	n, size := binary.Varint(r.rest)
	r.rest = r.rest[size:]
	return int(n)
}

func (r *recordReader) text() string {
	n := r.length()
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *recordReader) pooled() string {
	if n := r.length(); n > 0 {
		return r.p.pool[n-1]
	}
	return r.text()
}

func (r *recordReader) date() *Date {
	return &Date{Year: r.number(), Month: time.Month(r.number()), Day: r.number()}
}
