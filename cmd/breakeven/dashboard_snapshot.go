package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/tui"
)

// overviewFile is what is kept beside a database so that the dashboard starts
// with figures. They hold while State and Terms are what they were.
type overviewFile struct {
	// State is that of the database file, Terms how it was priced.
	State    string          `json:"state"`
	Terms    string          `json:"terms"`
	Overview json.RawMessage `json:"overview"`
}

func overviewPath(db string) string { return db + ".overview.json" }

// stateOf tells states of a database file apart; empty if there is none.
func stateOf(db string) string {
	info, err := os.Stat(db)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d bytes at %d", info.Size(), info.ModTime().UnixNano())
}

// terms are what beside the database decides about the figures.
func (s *dashboardSource) terms() string {
	return fmt.Sprintf("%s, prices %s, payer %v", version, s.app.book().Version(), s.app.payer())
}

// readSnapshot reads what was kept, unless the database is gone or another
// window is asked for than that everybody starts with.
func (s *dashboardSource) readSnapshot() (tui.Kept, bool) {
	state := stateOf(s.path)
	if state == "" || s.window != (windowFlags{}) {
		return tui.Kept{}, false
	}
	b, err := os.ReadFile(overviewPath(s.path))
	var f overviewFile
	if err != nil || json.Unmarshal(b, &f) != nil {
		return tui.Kept{}, false
	}
	return tui.Kept{Bytes: f.Overview, Current: f.State == state && f.Terms == s.terms()}, true
}

// saveSnapshot keeps the extract of what was loaded last.
func (s *dashboardSource) saveSnapshot(b []byte) error {
	state, ok := s.loaded.Load().(string)
	if !ok {
		return nil
	}
	return s.write(state, b)
}

func (s *dashboardSource) write(state string, b []byte) error {
	if state == "" || s.window != (windowFlags{}) {
		return nil
	}
	text, err := json.Marshal(overviewFile{State: state, Terms: s.terms(), Overview: b})
	if err != nil {
		return err
	}
	return writePrivate(overviewPath(s.path), text)
}

// keep writes the extract of an analysis of a state of the database. Where
// that cannot be, the dashboard only starts more slowly.
func (s *dashboardSource) keep(state string, an model.Analysis) {
	b, err := tui.Snapshot(an)
	if err == nil {
		err = s.write(state, b)
	}
	if err != nil {
		fmt.Fprintf(s.told, "the dashboard's first picture could not be kept: %v\n", err)
	}
}

// What keeping an overview may take at the end of a run that wrote.
const (
	overviewBytes = 512 << 20 // of the database: some 1,500 functions' month
	overviewTime  = 10 * time.Second
)

// keepOverview analyses what a run has written, so that the dashboard starts
// with it. Large databases are left to the dashboard: a collection must not
// need their memory.
func (a *app) keepOverview(ctx context.Context) {
	path, err := a.dbPath()
	if err != nil {
		return
	}
	if info, err := os.Stat(path); err != nil || info.Size() > overviewBytes {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, overviewTime)
	defer cancel()
	s := newDashboardSource(a, path, windowFlags{})
	an, err := s.Load(ctx)
	if state, ok := s.loaded.Load().(string); err == nil && ok {
		s.keep(state, an)
	}
}
