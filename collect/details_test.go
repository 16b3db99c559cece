package collect_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// state reads what a database knows of gaps and of one resource.
func state(t *testing.T, path string, s *awstest.Server, name string) (actions []string, config string) {
	t.Helper()
	r, err := store.OpenReader(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	gaps, err := r.Gaps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gaps {
		actions = append(actions, g.Metric)
	}
	slices.Sort(actions)
	in, err := r.Inputs(t.Context(), store.InputsRequest{Window: model.Window{From: s.Start(), To: s.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range in.Resources {
		if res.Key.Name == name {
			config = string(res.Config)
		}
	}
	return slices.Compact(actions), config
}

// wholeRun collects an hour after the last run, and records the run's end.
func wholeRun(t *testing.T, path string, s *awstest.Server, only ...string) {
	t.Helper()
	s.Advance(time.Hour)
	o := options(s)
	o.Only, o.Reports = only, collect.ReportsOff
	c, err := collect.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	w, err := store.OpenWriter(t.Context(), path, store.Options{Now: o.Now, Purpose: "collect"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.BeginRun(t.Context(), "collect", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.EndRun(t.Context(), o.Now, true), w.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// TestRefusedDetails: a description that is refused is a gap until it is given
// again, and what was known of the resource before still holds.
func TestRefusedDetails(t *testing.T) {
	account := small
	account.Ahead = 5 * time.Hour
	s, path := simulate(t, account), newPath(t)
	wholeRun(t, path, s, "sqs", "kinesis")
	gaps, whole := state(t, path, s, "orders")
	if len(gaps) != 0 || whole == "" {
		t.Fatalf("at first gaps %v, configuration %q", gaps, whole)
	}

	denied := []string{"kinesis:DescribeStreamSummary", "sqs:GetQueueAttributes"}
	s.SetFaults(awstest.Faults{DeniedActions: denied})
	wholeRun(t, path, s, "sqs", "kinesis")
	if gaps, config := state(t, path, s, "orders"); !slices.Equal(gaps, denied) || config != whole {
		t.Errorf("denied: gaps %v, want %v; configuration %s, want %s", gaps, denied, config, whole)
	}

	// A run that does not ask again proves nothing.
	s.SetFaults(awstest.Faults{})
	wholeRun(t, path, s, "lambda")
	if gaps, _ := state(t, path, s, "orders"); !slices.Contains(gaps, denied[0]) || !slices.Contains(gaps, denied[1]) {
		t.Errorf("after a run over Lambda alone: gaps %v, want %v among them", gaps, denied)
	}

	wholeRun(t, path, s, "sqs", "kinesis")
	gaps, config := state(t, path, s, "orders")
	if slices.Contains(gaps, denied[0]) || slices.Contains(gaps, denied[1]) || config != whole {
		t.Errorf("allowed again: gaps %v; configuration %s, want %s", gaps, config, whole)
	}
}
