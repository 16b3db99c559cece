package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// The tests of this file need a second process: the test binary runs itself
// with a role in the environment.
const (
	roleEnv = "BREAKEVEN_STORE_TEST_ROLE"
	pathEnv = "BREAKEVEN_STORE_TEST_PATH"
)

func TestMain(m *testing.M) {
	role := map[string]func(context.Context, string) error{
		"writer": childWriter, "reader": childReader, "cycles": childCycles, "endless": childEndless, "filler": childFiller, "pruner": childPruner,
	}[os.Getenv(roleEnv)]
	if role == nil {
		os.Exit(m.Run())
	}
	if err := role(context.Background(), os.Getenv(pathEnv)); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// childWriter opens the database for writing, then stores a day for every
// line of its input, and closes at the end of input.
func childWriter(ctx context.Context, path string) error {
	w, err := OpenWriter(ctx, path, Options{Now: day0, Purpose: "collect"})
	if err != nil {
		return err
	}
	fmt.Println("open")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		day, err := strconv.Atoi(in.Text())
		if err != nil {
			return err
		}
		if err := putDay(ctx, w, day); err != nil {
			return err
		}
		fmt.Println(day)
	}
	return w.Close(ctx)
}

// childReader holds the database open until its input ends.
func childReader(ctx context.Context, path string) error {
	r, err := OpenReader(ctx, path, Options{})
	if err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return r.Close()
}

// cycles is how often childCycles opens, writes a day and closes.
const cycles = 6

// childCycles opens, writes a day and closes, several times over.
func childCycles(ctx context.Context, path string) error {
	for range cycles {
		w, err := OpenWriter(ctx, path, Options{Now: day0, Purpose: "cycles"})
		if err != nil {
			return err
		}
		day, err := daysStored(ctx, w.conn)
		if err == nil {
			err = putDay(ctx, w, day)
		}
		if err = errors.Join(err, w.Close(ctx)); err != nil {
			return err
		}
		fmt.Println(day)
	}
	return nil
}

// childEndless stores day after day until it is killed. It closes now and
// then, so that death finds it opening and closing, too.
func childEndless(ctx context.Context, path string) error {
	for {
		w, err := OpenWriter(ctx, path, Options{Now: day0, Purpose: "endless"})
		if err != nil {
			return err
		}
		for range 8 {
			day, err := daysStored(ctx, w.conn)
			if err != nil {
				return err
			}
			if err := putDay(ctx, w, day); err != nil {
				return err
			}
			fmt.Println(day)
		}
		if err := w.Close(ctx); err != nil {
			return err
		}
	}
}

// dayFunctions is how many functions a stored day is about.
const dayFunctions = 5

// putDay stores one day of every function in one transaction.
func putDay(ctx context.Context, w *Writer, day int) error {
	var rs []Resource
	for i := range dayFunctions {
		rs = append(rs, function(fmt.Sprintf("f%d", i), 128))
	}
	refs, err := w.PutResources(ctx, rs)
	if err != nil {
		return err
	}
	var blocks []MetricBlock
	for _, ref := range refs {
		blocks = append(blocks, block(ref, day0.AddDate(0, 0, day), 24, 10, 5))
	}
	return w.PutMetrics(ctx, LambdaMetrics.Name, blocks)
}

// daysStored counts the days there are and fails unless each is whole: every
// function, every hour, once, in the metrics and in the ledger.
func daysStored(ctx context.Context, q querier) (int, error) {
	var days, rows, sum, first, ledger int
	err := q.QueryRowContext(ctx, `SELECT count(DISTINCT date_trunc('day', ts)), count(*), coalesce(sum(invocations), 0),
		count(DISTINCT (resource, ts)), (SELECT coalesce(sum(epoch(to_ts - from_ts)) / 86400, 0) FROM ledger) FROM lambda_metrics`).
		Scan(&days, &rows, &sum, &first, &ledger)
	if err == nil && (rows != days*24*dayFunctions || sum != rows*10 || first != rows || ledger != days*dayFunctions) {
		err = fmt.Errorf("%d days have %d rows (%d of them distinct) with %d invocations, and %d days of functions in the ledger", days, rows, first, sum, ledger)
	}
	return days, err
}

// process is the test binary in a role.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func start(t *testing.T, role, path string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), roleEnv+"="+role, pathEnv+"="+path)
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

// expect waits for a line.
func (p *process) expect(want string) {
	p.t.Helper()
	if !p.out.Scan() || p.out.Text() != want {
		p.t.Fatalf("the other process said %q, want %q", p.out.Text(), want)
	}
}

func (p *process) put(day int) {
	p.t.Helper()
	fmt.Fprintln(p.in, day)
	p.expect(strconv.Itoa(day))
}

// finish ends the other's input and waits until it is gone.
func (p *process) finish() {
	p.t.Helper()
	p.in.Close()
	for p.out.Scan() {
		p.t.Errorf("the other process said %q", p.out.Text())
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the other process: %v", err)
	}
}

// peek opens a reader and returns how many whole days it sees.
func peek(t *testing.T, path string) (int, State) {
	t.Helper()
	r, err := OpenReader(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	days, err := daysStored(t.Context(), r.db)
	if err != nil {
		t.Fatal(err)
	}
	return days, r.State()
}

func seeded(t *testing.T) string {
	t.Helper()
	w, path := openTest(t)
	if err := w.BeginRun(t.Context(), "collect", ""); err != nil {
		t.Fatal(err)
	}
	if err := putDay(t.Context(), w, 0); err != nil {
		t.Fatal(err)
	}
	if err := w.EndRun(t.Context(), day0.Add(time.Hour), true); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
	return path
}

// TestReaderDuringWrite: while another process writes, the state before it is
// shown and said to be that.
func TestReaderDuringWrite(t *testing.T) {
	path := seeded(t)
	w := start(t, "writer", path)
	w.expect("open")
	w.put(1)
	days, state := peek(t, path)
	if days != 1 || !state.Published || !state.CollectingSince.Equal(day0) || !state.CollectedAt.Equal(day0.Add(time.Hour)) {
		t.Errorf("during the write: %d days, %+v", days, state)
	}
	held, err := OpenReader(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	w.put(2)
	w.finish() // does not wait for a reader of the published copy
	if days, err := daysStored(t.Context(), held.db); err != nil || days != 1 {
		t.Errorf("a reader from before sees %d days, %v", days, err)
	}
	if days, state = peek(t, path); days != 3 || state.Published || !state.CollectingSince.IsZero() {
		t.Errorf("after the write: %d days, %+v", days, state)
	}
}

func TestOneWriterAtATime(t *testing.T) {
	path := seeded(t)
	w := start(t, "writer", path)
	w.expect("open")
	_, err := OpenWriter(t.Context(), path, Options{Now: day0, Purpose: "second", Wait: time.Millisecond})
	if err == nil {
		t.Fatal("a second writer got in")
	}
	for _, want := range []string{"breakeven collect", fmt.Sprintf("process %d", w.cmd.Process.Pid), "2026-11-01T00:00:00Z", path} {
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the second writer is told %q, want one line with %q", err, want)
		}
	}
	w.put(1)
	w.finish()
	second, err := OpenWriter(t.Context(), path, Options{Now: day0})
	if err != nil {
		t.Fatal(err)
	}
	closeTest(t, second)
}

// TestWriterWaitsForReader: a reader that stays makes a writer give up in one
// line; one that goes lets it in.
func TestWriterWaitsForReader(t *testing.T) {
	path := seeded(t)
	r := start(t, "reader", path)
	r.expect("open")
	_, err := OpenWriter(t.Context(), path, Options{Now: day0, Wait: 50 * time.Millisecond})
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "read") {
		t.Fatalf("a writer beside a reader: %v", err)
	}
	if _, state := peek(t, path); state.Published {
		t.Error("the failed writer left its published copy in use")
	}
	opened := make(chan error)
	go func() {
		w, err := OpenWriter(t.Context(), path, Options{Now: day0, Wait: time.Minute})
		if err == nil {
			err = w.Close(context.Background())
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		t.Fatalf("the writer did not wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	r.finish()
	if err := <-opened; err != nil {
		t.Errorf("after the reader had gone: %v", err)
	}
}

// TestReadersNeverFail reads all the time while another process opens, writes
// and closes. What is seen never goes back.
func TestReadersNeverFail(t *testing.T) {
	path := seeded(t)
	w := start(t, "cycles", path)
	done := make(chan string)
	go func() {
		last := ""
		for w.out.Scan() {
			last = w.out.Text()
		}
		done <- last
	}()
	seen, reads := 0, 0
	for {
		days, _ := peek(t, path)
		if days < seen {
			t.Fatalf("saw %d days after %d", days, seen)
		}
		seen = days
		reads++
		select {
		case last := <-done:
			if last != strconv.Itoa(cycles) {
				t.Fatalf("the writer ended with %q", last)
			}
			if err := w.cmd.Wait(); err != nil {
				t.Error(err)
			}
			if days, _ := peek(t, path); days != cycles+1 || reads < 5 {
				t.Errorf("%d days in the end, %d reads", days, reads)
			}
			return
		default:
		}
	}
}

// killSomewhere kills a process after some of its days and some of the next,
// and returns the last day that it called stored.
func (p *process) killSomewhere(rng *rand.Rand, committed int) int {
	p.t.Helper()
	more := rng.IntN(10)
	moment := time.Duration(rng.IntN(60_000)) * time.Microsecond
	var timer *time.Timer
	for n := 0; ; n++ {
		if n == more {
			timer = time.AfterFunc(moment, func() { p.cmd.Process.Kill() })
		}
		if !p.out.Scan() {
			break
		}
		day, err := strconv.Atoi(p.out.Text())
		if err != nil {
			p.t.Fatalf("the writer said %q", p.out.Text())
		}
		committed = day
	}
	if timer != nil {
		timer.Stop()
	}
	if err := p.cmd.Wait(); err == nil {
		p.t.Fatal("the writer ended by itself")
	}
	return committed
}

// TestKilledWriter kills a writer at random moments. Every committed day
// stays and no half one appears, for a reader of what the dead one left and
// for the next writer.
func TestKilledWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "killed.duckdb")
	rng := rand.New(rand.NewPCG(20, 26))
	committed, leftovers := -1, 0
	for range 12 {
		p := start(t, "endless", path)
		committed = p.killSomewhere(rng, committed)
		if _, err := os.Stat(path + ".wal"); err == nil {
			leftovers++
		}
		r, err := OpenReader(t.Context(), path, Options{})
		if errors.Is(err, ErrNoDatabase) && committed < 0 {
			continue // killed before there was a schema
		}
		if err != nil {
			t.Fatal(err)
		}
		days, err := daysStored(t.Context(), r.db)
		if err != nil || days != committed+1 && days != committed+2 || r.State().Published {
			t.Fatalf("%d days committed, a reader sees %d, %v (%+v)", committed+1, days, err, r.State())
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		committed = days - 1
	}
	if leftovers == 0 || committed < 10 {
		t.Errorf("%d kills left a log, %d days were stored: too gentle", leftovers, committed+1)
	}
	w := reopen(t, path)
	defer closeTest(t, w)
	if days, err := daysStored(t.Context(), w.conn); err != nil || days != committed+1 {
		t.Errorf("the next writer sees %d days, %v; want %d", days, err, committed+1)
	}
	lack, err := w.Missing(t.Context(), LambdaMetrics.Group, []Ref{1}, model.Window{From: day0, To: day0.AddDate(0, 0, committed+1)})
	if err != nil || len(lack) != 0 {
		t.Errorf("the ledger lacks %v, %v", lack, err)
	}
}
