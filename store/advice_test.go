package store

import (
	"path/filepath"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
)

// A decision is kept over closing, replaced by a later one, and forgotten when
// the advice is called new again. Text of any kind comes back as it was.
func TestDecisions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.duckdb")
	hostile := "'); DROP TABLE advice_status; --\x1b[31m\n\"日本語"
	put := func(list ...model.Decision) []model.Decision {
		t.Helper()
		w, err := OpenWriter(t.Context(), path, Options{Now: day0, Purpose: "test"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.PutDecisions(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, err := OpenReader(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		in, err := r.Inputs(t.Context(), InputsRequest{Window: model.Window{From: day0, To: day0.AddDate(0, 0, 1)}})
		if err != nil {
			t.Fatal(err)
		}
		return in.Decisions
	}
	ignored := model.Decision{ID: "lambda-memory:" + hostile, Status: model.AdviceIgnored, Reason: hostile, At: day0}
	if got := put(ignored, model.Decision{ID: "a", Status: model.AdviceDone, At: day0}); len(got) != 2 || got[0].ID != "a" || got[1] != ignored {
		t.Errorf("kept %+v", got)
	}
	accepted := model.Decision{ID: ignored.ID, Status: model.AdviceAccepted, At: day0.AddDate(0, 0, 1)}
	if got := put(accepted, model.Decision{ID: "a", Status: model.AdviceNew}); len(got) != 1 || got[0] != accepted {
		t.Errorf("then %+v", got)
	}
}
