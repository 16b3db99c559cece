package main

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/store"
	"github.com/breakeven-dev/breakeven/tui"
)

// dashboardSource answers the dashboard from the database, which it opens for
// each question and no longer: a collection waits for readers.
type dashboardSource struct {
	app    app
	path   string
	window windowFlags
	// loaded is the state of the database that the last analysis is of.
	loaded atomic.Value // string
	// told takes what goes wrong beside the point.
	told io.Writer
}

// newDashboardSource keeps a copy of a that is silent: a line on stderr would
// land in the middle of the screen.
func newDashboardSource(a *app, path string, w windowFlags) *dashboardSource {
	s := &dashboardSource{app: *a, path: path, window: w, told: io.Discard}
	if a.global.verbose {
		s.told = a.err
	}
	s.app.global.quiet = true
	s.app.err = io.Discard
	s.app.book() // read now: the answers come from several goroutines
	return s
}

// Load analyses the newest complete state.
func (s *dashboardSource) Load(ctx context.Context) (model.Analysis, error) {
	before := stateOf(s.path)
	r, err := s.open(ctx)
	if err != nil {
		return model.Analysis{}, err
	}
	defer r.Close()
	an, err := s.app.analyseRecent(ctx, r, s.window, healthDays*24*time.Hour, analyze.Options{})
	if errors.Is(err, errNothingYet) {
		err = tui.ErrNoData
	}
	if stateOf(s.path) != before {
		before = "" // written to meanwhile: it is the state of neither
	}
	s.loaded.Store(before)
	return an, err
}

// Series reads one function's collected periods.
func (s *dashboardSource) Series(ctx context.Context, key model.ResourceKey, w model.Window) ([]model.SeriesPoint, error) {
	r, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Series(ctx, key, w, seriesPoints)
}

// seriesPoints is more than the widest terminal has dots: a month by the hour.
const seriesPoints = 800

func (s *dashboardSource) open(ctx context.Context) (*store.Reader, error) {
	r, err := store.OpenReader(ctx, s.path, store.Options{})
	if errors.Is(err, store.ErrNoDatabase) {
		return nil, tui.ErrNoData
	}
	return r, err
}
