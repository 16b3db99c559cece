package imports

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/reportlog"
)

// benchLines REPORT lines are some 1.7 GB, a busy function's day.
const benchLines = 10_000_000

// writeLog writes n REPORT lines with times in front and returns their size.
func writeLog(b *testing.B, path string, n int) int64 {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	rnd := rand.New(rand.NewPCG(1, 2))
	at, size := now, int64(0)
	for range n {
		at = at.Add(time.Duration(rnd.IntN(20)) * time.Millisecond)
		hundredths := rnd.IntN(100_000)
		k, err := fmt.Fprintf(w, "%s REPORT RequestId: %08x-%04x-4%03x-8%03x-%012x\tDuration: %d.%02d ms\tBilled Duration: %d ms\tMemory Size: 512 MB\tMax Memory Used: %d MB\t\n",
			at.Format("2006-01-02T15:04:05.000Z"), rnd.Uint32(), rnd.IntN(1<<16), rnd.IntN(1<<12), rnd.IntN(1<<12), rnd.Int64N(1<<48),
			hundredths/100, hundredths%100, hundredths/100+1, 60+rnd.IntN(100))
		if err != nil {
			b.Fatal(err)
		}
		size += int64(k)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return size
}

// BenchmarkReadLogs reads the same lines with the parser alone.
func BenchmarkReadLogs(b *testing.B) {
	path := filepath.Join(b.TempDir(), "orders.log")
	b.SetBytes(writeLog(b, path, benchLines/100))
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		stats, err := reportlog.Read(bytes.NewReader(text), reportlog.Handler{Event: func(*reportlog.Event) error { return nil }})
		if err != nil || stats.Reports != benchLines/100 || stats.Malformed != 0 {
			b.Fatalf("%+v, %v", stats, err)
		}
	}
}

// BenchmarkImportLogs reads a file into a database, checks included.
func BenchmarkImportLogs(b *testing.B) {
	n := benchLines
	if testing.Short() {
		n /= 100
	}
	path := filepath.Join(b.TempDir(), "orders.log")
	size := writeLog(b, path, n)
	b.SetBytes(size)
	for b.Loop() {
		w := openStore(b)
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		r, err := Logs(context.Background(), w, []File{{Name: path, Reader: f}}, LogOptions{Function: "orders", Now: now, DefaultRegion: "us-east-1"})
		if err != nil || r.Stored != int64(n) {
			b.Fatalf("%+v, %v", r, err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	b.ReportMetric(float64(sample[0].Value.Uint64())/(1<<20), "go-MiB")
}
