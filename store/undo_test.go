package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestTornWrites kills a writer in the middle of one write after another, as a
// crash can. Every committed day stays and no half one appears; some of the
// databases could not be opened if their metadata had not been kept.
func TestTornWrites(t *testing.T) {
	tear := filepath.Join(t.TempDir(), "tear.so")
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-o", tear, filepath.Join("testdata", "tear.c"), "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	step := 3
	if testing.Short() {
		step = 13
	}
	lost := 0
	for at := 0; at < 105; at += step {
		path := filepath.Join(t.TempDir(), "torn.duckdb")
		committed := tornAt(t, tear, at, path)
		if !opens(t, path) {
			lost++
		}
		r, err := OpenReader(t.Context(), path, Options{})
		if errors.Is(err, ErrNoDatabase) && committed < 0 {
			continue // killed before there was a schema
		}
		if err != nil {
			t.Fatalf("torn at write %d, after day %d: %v", at, committed, err)
		}
		days, err := daysStored(t.Context(), r.db)
		if err = errors.Join(err, r.Close()); err != nil || days != committed+1 && days != committed+2 {
			t.Fatalf("torn at write %d: %d days committed, a reader sees %d, %v", at, committed+1, days, err)
		}
		w := reopen(t, path)
		if again, err := daysStored(t.Context(), w.conn); err != nil || again != days {
			t.Fatalf("torn at write %d: a reader sees %d days, the next writer %d, %v", at, days, again, err)
		}
		closeTest(t, w)
		if _, err := os.Stat(undoPath(path)); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("closed in order, the writer left its undo file: %v", err)
		}
	}
	if lost == 0 {
		t.Error("no write tore anything that is needed: too gentle")
	}
}

// tornAt runs a writer until a write of it is torn, and returns the last day
// that it called stored, -1 for none.
func tornAt(t *testing.T, tear string, at int, path string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"=endless", pathEnv+"="+path, "LD_PRELOAD="+tear, "TEAR_AT="+strconv.Itoa(at))
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the writer ended with %v after %q", err, out)
	}
	said := strings.Fields(string(out))
	if len(said) == 0 {
		return -1
	}
	day, err := strconv.Atoi(said[len(said)-1])
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// opens reports whether a copy of a database without its undo file can be
// opened.
func opens(t *testing.T, path string) bool {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "without.duckdb")
	for _, suffix := range []string{"", ".wal", ".wal.checkpoint", ".wal.recovery"} {
		if err := copyFile(copied+suffix, path+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	r, err := OpenReader(t.Context(), copied, Options{})
	if err == nil {
		err = r.Close()
	}
	return err == nil || errors.Is(err, ErrNoDatabase)
}

// TestStaleUndo: metadata that was kept before a checkpoint came to its end
// stays out of the database.
func TestStaleUndo(t *testing.T) {
	w, path := openTest(t)
	if err := putDay(t.Context(), w, 0); err != nil {
		t.Fatal(err)
	}
	stale, err := os.ReadFile(undoPath(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := putDay(t.Context(), w, 1); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
	if err := os.WriteFile(undoPath(path), stale, fileMode); err != nil {
		t.Fatal(err)
	}
	if days, _ := peek(t, path); days != 2 {
		t.Errorf("a reader sees %d days of 2", days)
	}
	w = reopen(t, path)
	defer closeTest(t, w)
	if days, err := daysStored(t.Context(), w.conn); err != nil || days != 2 {
		t.Errorf("the next writer sees %d days of 2, %v", days, err)
	}
}

// TestDamagedUndo: what cannot be put back is said in one line that names the
// file, to readers and writers.
func TestDamagedUndo(t *testing.T) {
	path := seeded(t)
	if err := os.WriteFile(undoPath(path), []byte(undoMagic+"and no more"), fileMode); err != nil {
		t.Fatal(err)
	}
	_, rerr := OpenReader(t.Context(), path, Options{})
	_, werr := OpenWriter(t.Context(), path, Options{Now: day0})
	for _, err := range []error{rerr, werr} {
		if err == nil || !strings.Contains(err.Error(), undoPath(path)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("a damaged undo file gives %v", err)
		}
	}
}

// FuzzReadUndo: no undo file, however it came about, makes reading it fail
// otherwise than by saying so.
func FuzzReadUndo(f *testing.F) {
	whole := undoMagic + string(make([]byte, headersSize)) + "\x01\x00\x00\x00\x00\x00\x00\x00" + string(make([]byte, 8+blockSize))
	for _, n := range []int{0, 20, len(undoMagic) + headersSize + 8, len(whole)} {
		f.Add([]byte(whole[:n]))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		headers, blocks, ok := readUndo(append(body, sum[:]...))
		if !ok {
			return
		}
		again := undoMagic + string(headers) + string(le64(uint64(len(blocks))))
		for _, b := range blocks {
			again += string(le64(uint64(b.id))) + string(b.data)
		}
		if !bytes.Equal([]byte(again), body) {
			t.Errorf("%d bytes are read as %d", len(body), len(again))
		}
	})
}

func le64(n uint64) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
	return b
}

// BenchmarkKeep is what keeping the metadata costs a commit: nearly nothing
// unless there was a checkpoint.
func BenchmarkKeep(b *testing.B) {
	w, _ := openTest(b)
	defer closeTest(b, w)
	for _, changed := range []bool{false, true} {
		b.Run(fmt.Sprintf("changed=%v", changed), func(b *testing.B) {
			for b.Loop() {
				if changed {
					w.undo.kept = nil
				}
				if err := w.undo.keep(b.Context(), w.conn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
