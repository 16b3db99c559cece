package tui

import (
	"encoding/json"

	"github.com/breakeven-dev/breakeven/model"
)

// snapshot is the extract of an analysis that the next start draws first: all
// the overview needs and little more, so that reading it takes a millisecond.
type snapshot struct {
	Version   int `json:"version"`
	Functions int `json:"functions"` // how many there were
	// What the lists that are cut short summed up to.
	Tallies    map[string]tally       `json:"tallies"`
	Parts      map[string]int         `json:"parts"`
	Severities map[model.Severity]int `json:"severities"`
	Analysis   model.Analysis         `json:"analysis"`
}

// snapshotVersion changes when an older file can no longer be drawn; such a
// file is ignored.
const snapshotVersion = 2

// What a snapshot keeps of the long lists.
const (
	snapshotFunctions = 20 // and other resources
	snapshotAdvice    = 10
	snapshotApps      = 30
	snapshotFindings  = 30
)

func snapshotOf(d *dataset) ([]byte, error) {
	a := d.a
	s := snapshot{
		Version: snapshotVersion, Functions: d.functions, Analysis: a,
		Tallies: d.tallies, Parts: d.parts, Severities: d.severities,
	}
	s.Analysis.Functions = nil
	for _, f := range a.Functions[:min(len(a.Functions), snapshotFunctions)] {
		f.LineItems, f.History, f.Compare = nil, nil, model.Comparison{}
		s.Analysis.Functions = append(s.Analysis.Functions, f)
	}
	s.Analysis.Advice = a.Advice[:min(len(a.Advice), snapshotAdvice)]
	s.Analysis.Resources = nil
	for _, r := range a.Resources[:min(len(a.Resources), snapshotFunctions)] {
		r.Config, r.LineItems, r.Metrics = nil, nil, nil
		s.Analysis.Resources = append(s.Analysis.Resources, r)
	}
	s.Analysis.Apps = nil
	for _, p := range a.Apps[:min(len(a.Apps), snapshotApps)] {
		p.Parts = nil
		s.Analysis.Apps = append(s.Analysis.Apps, p)
	}
	s.Analysis.Health.Findings = a.Health.Findings[:min(len(a.Health.Findings), snapshotFindings)]
	s.Analysis.Edges, s.Analysis.ServiceDays, s.Analysis.Changes = nil, nil, nil
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
	d.tallies, d.parts, d.severities = s.Tallies, s.Parts, s.Severities
	return d
}
