package tui

import (
	"encoding/json"

	"github.com/breakeven-dev/breakeven/model"
)

// snapshot is the extract of an analysis that the next start draws first: all
// the overview needs and little more, so that reading it takes a millisecond.
type snapshot struct {
	Version   int            `json:"version"`
	Functions int            `json:"functions"` // how many there were
	Analysis  model.Analysis `json:"analysis"`
}

// snapshotVersion changes when an older file can no longer be drawn; such a
// file is ignored.
const snapshotVersion = 1

// What a snapshot keeps of the long lists.
const (
	snapshotFunctions = 20
	snapshotAdvice    = 10
)

func snapshotOf(d *dataset) ([]byte, error) {
	a := d.a
	s := snapshot{Version: snapshotVersion, Functions: d.functions, Analysis: a}
	s.Analysis.Functions = nil
	for _, f := range a.Functions[:min(len(a.Functions), snapshotFunctions)] {
		f.LineItems, f.History, f.Compare = nil, nil, model.Comparison{}
		s.Analysis.Functions = append(s.Analysis.Functions, f)
	}
	s.Analysis.Advice = a.Advice[:min(len(a.Advice), snapshotAdvice)]
	return json.Marshal(s)
}

// readSnapshot returns nil for a file it cannot use: a snapshot is a courtesy.
func readSnapshot(b []byte) *dataset {
	var s snapshot
	if json.Unmarshal(b, &s) != nil || s.Version != snapshotVersion {
		return nil
	}
	d := newDataset(s.Analysis)
	d.functions = s.Functions
	return d
}
