package render

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// MaxSheetRows is how many rows a workbook's sheet holds besides its heading.
const MaxSheetRows = 1<<20 - 1

// ErrTooManyRows says that a sheet cannot hold all rows.
var ErrTooManyRows = errors.New("more rows than a spreadsheet holds")

// maxCellText is how many UTF-16 units of text a cell holds.
const maxCellText = 32767

// The cell formats of stylesPart, by number.
const (
	styleInstant = 1
	styleHeading = 2
	styleDay     = 3
)

// The fixed parts of a workbook of one sheet.
const (
	typesPart = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`
	relsPart  = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookPart  = xmlHead + `<workbook xmlns="` + sheetSpace + `" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels  = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	styles    = xmlHead + `<styleSheet xmlns="` + sheetSpace + `"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`
	sheetHead = xmlHead + `<worksheet xmlns="` + sheetSpace + `"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="20" defaultRowHeight="15"/><sheetData>`
	sheetTail = `</sheetData></worksheet>`

	xmlHead    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	sheetSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
)

// An xlsxSink writes a workbook of one sheet, row by row. Numbers are numbers,
// times are UTC times, and a text stands in its cell as a text, which no program
// takes for a formula.
type xlsxSink struct {
	zip   *zip.Writer
	sheet *bufio.Writer // nil: not begun
	heads []head
	rows  int
	buf   []byte
}

func newXLSXSink(w io.Writer, hs []head) *xlsxSink {
	return &xlsxSink{zip: zip.NewWriter(w), heads: hs}
}

// begin is put off as that of CSV is.
func (s *xlsxSink) begin() error {
	if s.sheet != nil {
		return nil
	}
	for _, part := range [...]struct{ name, text string }{
		{"[Content_Types].xml", typesPart},
		{"_rels/.rels", relsPart},
		{"xl/workbook.xml", bookPart},
		{"xl/_rels/workbook.xml.rels", bookRels},
		{"xl/styles.xml", styles},
	} {
		w, err := s.zip.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, part.text); err != nil {
			return err
		}
	}
	w, err := s.zip.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	s.sheet = bufio.NewWriterSize(w, bufferSize)
	b := append(s.buf[:0], sheetHead+"<row>"...)
	for _, h := range s.heads {
		b = appendTextCell(b, h.key, styleHeading)
	}
	_, err = s.sheet.Write(append(b, "</row>"...))
	return err
}

func (s *xlsxSink) row(cells []value) error {
	if err := s.begin(); err != nil {
		return err
	}
	if s.rows++; s.rows > MaxSheetRows {
		return ErrTooManyRows
	}
	b := append(s.buf[:0], "<row>"...)
	var err error
	for i, c := range cells {
		if b, err = appendSheetCell(b, c); err != nil {
			return fmt.Errorf("column %q: %w", s.heads[i].key, err)
		}
	}
	s.buf = append(b, "</row>"...)
	_, err = s.sheet.Write(s.buf)
	return err
}

func (s *xlsxSink) end() error {
	if err := s.begin(); err != nil {
		return err
	}
	_, _ = s.sheet.WriteString(sheetTail) // bufio keeps its first error for Flush
	if err := s.sheet.Flush(); err != nil {
		return err
	}
	return s.zip.Close()
}

// stop leaves the archive without its directory, so that no reader takes it for
// whole.
func (s *xlsxSink) stop() error { return nil }

func appendSheetCell(b []byte, v value) ([]byte, error) {
	switch v.kind {
	case text:
		return appendText(b, v.text)
	case list:
		return appendText(b, strings.Join(v.items, ", "))
	case number:
		if v.num > 1<<53 || v.num < -1<<53 { // a spreadsheet would round it
			return appendText(b, strconv.FormatInt(v.num, 10))
		}
		b = strconv.AppendInt(append(b, "<c><v>"...), v.num, 10)
		return append(b, "</v></c>"...), nil
	case boolean:
		digit := byte('0')
		if v.yes {
			digit = '1'
		}
		return append(append(append(b, `<c t="b"><v>`...), digit), "</v></c>"...), nil
	case instant:
		return appendInstant(b, v.at, styleInstant)
	case day:
		return appendInstant(b, v.at, styleDay)
	default:
		return append(b, "<c/>"...), nil
	}
}

// appendInstant appends a time as the days since 30 December 1899, in UTC. Days
// before March 1900 are counted in two ways, so they stand as texts.
func appendInstant(b []byte, t time.Time, style int64) ([]byte, error) {
	const epoch, first, day = 25569, 61, 24 * 60 * 60 * 1000
	serial := float64(t.UnixMilli())/day + epoch
	if serial < first || math.IsInf(serial, 0) {
		return appendText(b, string(appendTime(nil, t)))
	}
	b = append(strconv.AppendInt(append(b, `<c s="`...), style, 10), `"><v>`...)
	b = strconv.AppendFloat(b, serial, 'f', -1, 64)
	return append(b, "</v></c>"...), nil
}

func appendText(b []byte, s string) ([]byte, error) {
	s = Safe(s)
	if len(s) > maxCellText && len(utf16.Encode([]rune(s))) > maxCellText {
		return b, errors.New("a text is longer than a cell holds")
	}
	return appendTextCell(b, s, 0), nil
}

// appendTextCell appends a cell of a text that is safe.
func appendTextCell(b []byte, s string, style int) []byte {
	b = append(b, `<c t="inlineStr"`...)
	if style != 0 {
		b = append(strconv.AppendInt(append(b, ` s="`...), int64(style), 10), '"')
	}
	b = append(b, `><is><t xml:space="preserve">`...)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '&':
			b = append(b, "&amp;"...)
		case c == '<':
			b = append(b, "&lt;"...)
		case c == '>':
			b = append(b, "&gt;"...)
		case c == '_' && escapes(s[i:]):
			b = append(b, "_x005F_"...)
		default:
			b = append(b, c)
		}
	}
	return append(b, "</t></is></c>"...)
}

// escapes reports whether s begins as a spreadsheet writes a character by its
// number: _x000D_.
func escapes(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(s[2:6], 16, 16)
	return err == nil
}
