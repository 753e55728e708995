package roster

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// rows writes a csv roster of any size without holding it. Every row carries a
// long column that nobody reads.
type rows struct {
	n, at int
	note  string
	rest  string
}

func (r *rows) Read(p []byte) (int, error) {
	if r.rest == "" && r.at > r.n {
		return 0, io.EOF
	}
	if r.rest == "" && r.at == 0 {
		r.rest = "login;external id;nom;prénom;mail;né(e) le;profil;uai;classe;note\n"
	} else if r.rest == "" {
		i := r.at
		r.rest = fmt.Sprintf("sample.%d;ext-%d;Sample%d;Ana;sample.%d@example.org;2011-05-23;élève;0750001A;4B;%s\n", i, i, i%1000, i, r.note)
	}
	if len(r.rest) > len(p) {
		n := copy(p, r.rest)
		r.rest = r.rest[n:]
		return n, nil
	}
	n := copy(p, r.rest)
	r.rest = ""
	r.at++
	return n, nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What stays of a row is the text of its own values, packed, and what finds it
// again by login and external id. Not the row: cells are cut out of one string
// for the whole of it.
func TestReadFileKeepsNoMoreThanItsEntries(t *testing.T) {
	const n, most = 20000, 100
	before := heap()
	r, err := ReadFile(&rows{n: n, note: strings.Repeat("x", 1000)}, "people.csv", Options{})
	if err != nil || r.Entries.Len() != n {
		t.Fatalf("got %d entries, %v, want %d", r.Entries.Len(), err, n)
	}
	kept := int64(heap()-before) / n
	if kept > most {
		t.Errorf("memory kept for a row: got %d bytes, want at most %d", kept, most)
	}
	runtime.KeepAlive(r)
}

// Nor does a rejected row cost more than a few numbers.
func TestReadFileKeepsRejectedRowsSmall(t *testing.T) {
	const n, most = 20000, 32
	first := "login;external id;nom\n" + strings.Repeat("sample;ext;Sample\n", n+1)
	before := heap()
	r, err := ReadFile(strings.NewReader(first), "people.csv", Options{})
	if err != nil || r.Rejected.Len() != n {
		t.Fatalf("got %d rejected, %v, want %d", r.Rejected.Len(), err, n)
	}
	if kept := int64(heap()-before) / n; kept > most {
		t.Errorf("memory kept for a rejected row: got %d bytes, want at most %d", kept, most)
	}
	runtime.KeepAlive(r)
	runtime.KeepAlive(first)
}

func BenchmarkReadFileMillion(b *testing.B) {
	for b.Loop() {
		before := heap()
		r, err := ReadFile(&rows{n: 1_000_000}, "people.csv", Options{})
		if err != nil || r.Entries.Len() != 1_000_000 {
			b.Fatal(r.Entries.Len(), err)
		}
		b.ReportMetric(float64(heap()-before)/(1<<20), "MiB-kept")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapSys)/(1<<20), "MiB-peak")
		runtime.KeepAlive(r)
	}
}
