package collect

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// Store is what collecting needs of the database; *store.Writer is one. It is
// used by one goroutine at a time.
type Store interface {
	PutResources(ctx context.Context, rs []store.Resource) ([]store.Ref, error)
	Resources(ctx context.Context, service string) ([]store.Resource, error)
	PutMetrics(ctx context.Context, table string, blocks []store.MetricBlock) error
	PutReportHours(ctx context.Context, fetches []store.Fetch, hours []store.ReportHour) error
	PutFetches(ctx context.Context, fetches []store.Fetch) error
	Missing(ctx context.Context, group string, refs []store.Ref, w model.Window) (map[store.Ref][]model.Window, error)
	RecordCalls(ctx context.Context, calls []store.Call) error
	PutGaps(ctx context.Context, gaps []model.Gap) error
}

// sink owns the database: everything that reads or writes it is a job that
// one goroutine runs, one after the other. Its queue is short, so that the
// network waits when the disk is slow.
type sink struct {
	store Store
	tally *tally
	now   time.Time
	jobs  chan sinkJob
	done  chan struct{}

	mu  sync.Mutex
	err error
}

type sinkJob struct {
	run   func(context.Context, Store) error
	reply chan error // nil: nobody waits, the error ends the run
	// metrics, instead of run, are blocks for a table: what is queued behind
	// each other goes into one transaction, which costs a wait for the disk.
	metrics *metricsJob
}

type metricsJob struct {
	table  string
	blocks []store.MetricBlock
	after  func() // when they are written, or never will be; may be nil
}

const (
	sinkQueue = 16
	// recordEvery jobs the calls made so far are written down, so that a
	// killed run leaves its bill behind.
	recordEvery = 16
)

func newSink(ctx context.Context, st Store, t *tally, now time.Time, fail func(error)) *sink {
	s := &sink{store: st, tally: t, now: now, jobs: make(chan sinkJob, sinkQueue), done: make(chan struct{})}
	go s.loop(ctx, fail)
	return s
}

func (s *sink) loop(ctx context.Context, fail func(error)) {
	defer close(s.done)
	n := 0
	for next, ok := <-s.jobs; ok; {
		j := next
		next, ok = sinkJob{}, true
		if j.metrics != nil {
			next = s.gather(j.metrics)
		}
		err := s.failed()
		if err == nil {
			err = s.perform(ctx, j)
		} else if j.metrics != nil {
			j.metrics.finish()
		}
		if n++; err == nil && n%recordEvery == 0 {
			err = s.store.RecordCalls(ctx, s.tally.drain(s.now))
		}
		s.settle(j, err, fail)
		if next.run == nil && next.metrics == nil {
			next, ok = <-s.jobs
		}
	}
}

// gather adds the metrics that are queued behind m for the same table to it,
// and returns the first job that is something else, if one is queued.
func (s *sink) gather(m *metricsJob) sinkJob {
	for {
		select {
		case j, ok := <-s.jobs:
			if !ok || j.metrics == nil || j.metrics.table != m.table {
				return j // the zero job at the channel's end
			}
			m.blocks = append(m.blocks, j.metrics.blocks...)
			m.after = both(m.after, j.metrics.after)
		default:
			return sinkJob{}
		}
	}
}

func both(a, b func()) func() {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func() { a(); b() }
}

func (m *metricsJob) finish() {
	if m.after != nil {
		m.after()
	}
}

// perform runs one job.
func (s *sink) perform(ctx context.Context, j sinkJob) error {
	if j.metrics == nil {
		return j.run(ctx, s.store)
	}
	defer j.metrics.finish()
	if err := s.store.PutMetrics(ctx, j.metrics.table, j.metrics.blocks); err != nil {
		return fmt.Errorf("writing metrics: %w", err)
	}
	return nil
}

// settle passes a job's error to who waits for it, or ends the run.
func (s *sink) settle(j sinkJob, err error, fail func(error)) {
	if j.reply != nil {
		j.reply <- err
		return
	}
	if err != nil && s.failed() == nil {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
		fail(err)
	}
}

func (s *sink) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// post queues a job that nobody waits for. It blocks while the queue is full.
func (s *sink) post(ctx context.Context, run func(context.Context, Store) error) error {
	return s.queue(ctx, sinkJob{run: run})
}

func (s *sink) queue(ctx context.Context, j sinkJob) error {
	select {
	case s.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// do runs a job and returns its error.
func (s *sink) do(ctx context.Context, run func(context.Context, Store) error) error {
	reply := make(chan error, 1)
	select {
	case s.jobs <- sinkJob{run: run, reply: reply}:
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-reply
}

// close waits for the queued jobs and records the last calls. Nothing may be
// posted afterwards.
func (s *sink) close(ctx context.Context) error {
	close(s.jobs)
	<-s.done
	if err := s.failed(); err != nil {
		return err
	}
	if err := s.store.RecordCalls(ctx, s.tally.drain(s.now)); err != nil {
		return fmt.Errorf("recording the calls made: %w", err)
	}
	return nil
}
