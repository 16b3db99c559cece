package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// What autoscaled servers did has columns only where some option has such: the
// others are unchanged, and empty beside it.
func TestCompareAutoscaled(t *testing.T) {
	standing := model.Option{Option: "fargate", Architecture: unit.ARM, Purchase: "on-demand", Servers: 4, Monthly: model.Exactly(unit.MustUSD("40"))}
	c := model.Comparison{Options: []model.Option{standing}}
	plain := Compare(model.Analysis{}, c, "it")
	scaled := standing
	scaled.Option, scaled.Servers = "fargate-autoscaled", 3
	scaled.Autoscaling = &model.Autoscaling{LeastServers: 2, MeanServers: 2.5, CommittedServers: 1, MeanWaitMs: 7, DelayedShare: 0.02, DroppedShare: 0.001}
	c.Options = append(c.Options, scaled)
	with := Compare(model.Analysis{}, c, "it")
	if len(with.Columns) != len(plain.Columns)+6 || !slices.Equal(columnKeys(with)[:len(plain.Columns)], columnKeys(plain)) {
		t.Errorf("columns %v, without autoscaling %v", columnKeys(with), columnKeys(plain))
	}
	var out bytes.Buffer
	if err := Write(&out, with, "json", Layout{}); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Options []map[string]any `json:"options"`
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]float64{"servers": 3, "servers_least": 2, "servers_mean": 2.5, "servers_committed": 1, "mean_wait_ms": 7, "delayed_share": 0.02, "dropped_share": 0.001} {
		if doc.Options[1][key] != want {
			t.Errorf("%s: %v, want %v", key, doc.Options[1][key], want)
		}
		if got, there := doc.Options[0][key]; key != "servers" && (!there || got != nil) {
			t.Errorf("standing servers have %s: %v", key, got)
		}
	}
	if said := strings.Join(with.Notes, " "); !strings.Contains(said, "Delayed is the share") {
		t.Errorf("notes: %s", said)
	}
}

func columnKeys(t Table) []string {
	var keys []string
	for _, c := range t.Columns {
		keys = append(keys, c.Key)
	}
	return keys
}
