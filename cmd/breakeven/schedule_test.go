package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

// signalWriter hands on each line it is given, and keeps them all.
type signalWriter struct {
	mu    sync.Mutex
	all   bytes.Buffer
	lines chan string
}

func (w *signalWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.all.Write(p)
	w.mu.Unlock()
	w.lines <- string(p)
	return len(p), nil
}

// await reads lines until one holds text.
func (w *signalWriter) await(t *testing.T, text string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case line := <-w.lines:
			if strings.Contains(line, text) {
				return
			}
		case <-limit:
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Fatalf("no line with %q in:\n%s", text, w.all.String())
		}
	}
}

// TestScheduleSurvivesFailingRuns lets two runs fail on a clock that stands
// still between them, then ends the schedule.
func TestScheduleSurvivesFailingRuns(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.Date(2026, 11, 23, 5, 59, 0, 0, time.UTC))
	log := &signalWriter{lines: make(chan string, 1000)}
	a := &app{
		in: strings.NewReader(""), out: &bytes.Buffer{}, err: log, clock: time.Now, now: clock.Now,
		getenv: func(string) string { return "" },
	}
	dir := t.TempDir()
	a.global.db = filepath.Join(dir, "none.duckdb")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	f := &scheduleFlags{cron: "0 6 * * *", collect: "--no-such-flag", out: filepath.Join(dir, "reports")}
	go func() { done <- a.schedule(ctx, f, clock) }()
	log.await(t, "first run at 2026-11-23T06:00:00Z")
	for _, step := range []time.Duration{2 * time.Minute, 24 * time.Hour} {
		if err := clock.BlockUntilContext(ctx, 1); err != nil {
			t.Fatal(err)
		}
		clock.Advance(step)
		log.await(t, "collect: failed with exit code 2")
		log.await(t, "report: done, some data is missing")
	}
	cancel()
	var ee *exitError
	if err := <-done; !errors.As(err, &ee) || ee.code != exitCancelled {
		t.Errorf("the schedule ended with %v", err)
	}
}

func TestScheduleRefusesBadExpressions(t *testing.T) {
	a := &app{out: &bytes.Buffer{}, err: &bytes.Buffer{}, clock: time.Now, now: time.Now}
	err := a.schedule(context.Background(), &scheduleFlags{cron: "every day", out: t.TempDir()}, clockwork.NewFakeClock())
	var ee *exitError
	if !errors.As(err, &ee) || ee.code != exitUsage || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}
