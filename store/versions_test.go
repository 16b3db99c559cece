package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// sized is a function as it was known to be from some day on.
func sized(memory, day int, origin string) Resource {
	r := function("f", memory)
	r.ValidFrom, r.SeenAt, r.Origin = day0.AddDate(0, 0, day), day0.AddDate(0, 0, 100), origin
	return r
}

// TestVersions puts configurations in several orders, some of them twice, and
// looks at the history and the newest one, before and after loading it again.
func TestVersions(t *testing.T) {
	for _, tc := range []struct {
		name    string
		put     []Resource
		history string // memory@day
		newest  int
	}{
		{"forwards", []Resource{sized(128, 1, originInventory), sized(256, 2, originInventory)}, "128@1 256@2", 256},
		{"backwards", []Resource{sized(256, 2, originInventory), sized(128, 1, originInventory)}, "128@1 256@2", 256},
		{"again", []Resource{sized(128, 1, originInventory), sized(256, 2, originInventory), sized(128, 1, originInventory), sized(256, 2, originInventory)}, "128@1 256@2", 256},
		{"back and forth", []Resource{sized(128, 1, originInventory), sized(256, 2, originInventory), sized(128, 3, originInventory), sized(256, 2, originInventory)}, "128@1 256@2 128@3", 128},
		{"no change", []Resource{sized(128, 1, originInventory), sized(128, 5, originInventory)}, "128@1", 128},
		{"longer ago", []Resource{sized(128, 5, originInventory), sized(128, 1, originInventory)}, "128@1 128@5", 128},
		{"between", []Resource{sized(128, 1, originInventory), sized(512, 5, originInventory), sized(256, 3, originInventory)}, "128@1 256@3 512@5", 512},
		{"same instant", []Resource{sized(128, 1, originInventory), sized(256, 1, originInventory), sized(128, 1, originInventory)}, "128@1", 128},
		{"a guess beside inventory", []Resource{sized(128, 1, originInventory), sized(256, 2, "logs")}, "128@1", 128},
		{"inventory after guesses", []Resource{sized(64, 7, "logs"), sized(256, 9, "metrics"), sized(128, 1, originInventory)}, "128@1", 128},
	} {
		for _, batched := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", tc.name, batched), func(t *testing.T) {
				w, path := openTest(t)
				if batched {
					put(t, w, tc.put...)
				} else {
					for _, r := range tc.put {
						put(t, w, r)
					}
				}
				checkVersions(t, w, tc.history, tc.newest)
				closeTest(t, w)
				w = reopen(t, path)
				defer closeTest(t, w)
				checkVersions(t, w, tc.history, tc.newest)
				put(t, w, tc.put[len(tc.put)-1])
				checkVersions(t, w, tc.history, tc.newest)
			})
		}
	}
}

func checkVersions(t *testing.T, w *Writer, history string, newest int) {
	t.Helper()
	in, err := w.Inputs(t.Context(), InputsRequest{Window: model.Window{From: day0, To: day0.Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	f := in.Functions[0]
	var got []string
	for _, v := range f.History {
		got = append(got, fmt.Sprintf("%d@%d", v.Memory, int(v.ValidFrom.Sub(day0).Hours()/24)))
	}
	if strings.Join(got, " ") != history || int(f.Config.Memory) != newest {
		t.Errorf("history %v, newest %v; want %s, %d", got, f.Config.Memory, history, newest)
	}
	list, err := w.Resources(t.Context(), "lambda")
	if err != nil || len(list) != 1 || !strings.Contains(string(list[0].Config), fmt.Sprintf(`"memory_mb":%d,`, newest)) {
		t.Errorf("resources %+v, %v", list, err)
	}
	view := count(t, w.conn, "SELECT CAST(config->>'$.memory_mb' AS BIGINT) FROM resources")
	if view != int64(newest) {
		t.Errorf("the view shows %d MB, want %d", view, newest)
	}
}

// TestWholeRegionsStayOutOfViews: what stands for a region as a whole is
// neither a resource nor part of any sum.
func TestWholeRegionsStayOutOfViews(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	refs := put(t, w, function("f", 128), Resource{Key: model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: "lambda"}, SeenAt: day0})
	whole := MetricBlock{
		Resource: refs[1], Period: time.Hour, Window: model.Window{From: day0, To: day0.Add(time.Hour)}, SettledTo: day0.Add(time.Hour),
		Columns: [][]float64{{10}, {1}, {0}, {50}},
	}
	putBlocks(t, w, block(refs[0], day0, 1, 10, 5))
	if err := w.PutMetrics(t.Context(), LambdaAccountMetrics.Name, []MetricBlock{whole}); err != nil {
		t.Fatal(err)
	}
	if err := w.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM resources"); n != 1 {
		t.Errorf("%d resources, want 1", n)
	}
	if n := count(t, w.conn, "SELECT CAST(sum(value) AS BIGINT) FROM metrics WHERE metric = 'Invocations'"); n != 10 {
		t.Errorf("%d invocations, want 10", n)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM hourly_costs WHERE resource_id = '' OR dimension = 'requests' AND quantity <> 10"); n != 0 {
		t.Errorf("%d lines of cost that are no function's", n)
	}
	list, err := w.Resources(t.Context(), "lambda")
	if err != nil || len(list) != 1 {
		t.Errorf("%d resources of the service, %v", len(list), err)
	}
}
