package collect_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// tableView is what other parts read of a table's configuration.
type tableView struct {
	Mode     string   `json:"capacity_mode"`
	Class    string   `json:"table_class"`
	Table    string   `json:"table"`
	Indexes  []string `json:"indexes"`
	RCU, WCU int64
	Scaling  *struct {
		ReadMin  int `json:"read_min"`
		ReadMax  int `json:"read_max"`
		WriteMin int `json:"write_min"`
		WriteMax int `json:"write_max"`
	} `json:"scaling"`
	Bytes         *int64       `json:"bytes"`
	Items         *int64       `json:"items"`
	OnDemandSince time.Time    `json:"on_demand_since"`
	Created       time.Time    `json:"created"`
	PITR          bool         `json:"pitr"`
	PITRSince     *time.Time   `json:"pitr_since"`
	Stream        string       `json:"stream_arn"`
	Replicas      []string     `json:"replicas"`
	Edges         []model.Edge `json:"edges"`
}

func viewOf[T any](t *testing.T, found map[string]store.Resource, id string) (v T) {
	t.Helper()
	if err := json.Unmarshal(found[id].Config, &v); err != nil {
		t.Fatalf("%s: %v (config %q)", id, err, found[id].Config)
	}
	return v
}

const tables = "arn:aws:dynamodb:us-east-1:123456789012:table/"

func TestTableInventory(t *testing.T) {
	s := simulate(t, small)
	found, path, res := inventory(t, s, "dynamodb")
	if len(found) != 12 || len(res.Gaps) > 0 {
		t.Errorf("%d tables and indexes, gaps %+v; want 12 and none", len(found), res.Gaps)
	}
	orders := viewOf[tableView](t, found, tables+"orders")
	if orders.Mode != "on-demand" || orders.Class != "standard" || !slices.Equal(orders.Indexes, []string{"by-customer"}) ||
		!orders.PITR || orders.PITRSince != nil || orders.Stream != tables+"orders/stream/2026-01-01T00:00:00.000" || *orders.Bytes < 6<<30 || *orders.Items < 1e6 {
		t.Errorf("orders: %+v", orders)
	}
	if r := found[tables+"orders"]; r.App != "orders" || r.Key.Name != "orders" {
		t.Errorf("orders: %+v", r)
	}
	index := viewOf[tableView](t, found, tables+"orders/index/by-customer")
	if index.Mode != "on-demand" || index.Table != "orders" || index.Bytes == nil ||
		!slices.Equal(index.Edges, []model.Edge{{From: tables + "orders", Kind: model.EdgeFeeds}}) {
		t.Errorf("orders/by-customer: %+v", index)
	}
	if r := found[tables+"orders/index/by-customer"]; r.App != "orders" {
		t.Errorf("orders/by-customer belongs to %q, want its table's", r.App)
	}
	carts := viewOf[tableView](t, found, tables+"carts")
	if carts.Mode != "provisioned" || carts.RCU < 5 || carts.WCU < 4 || carts.PITR || carts.Scaling == nil ||
		carts.Scaling.ReadMin != 5 || carts.Scaling.ReadMax != 17 || carts.Scaling.WriteMin != 4 || carts.Scaling.WriteMax != 10 {
		t.Errorf("carts: %+v, scaling %+v", carts, carts.Scaling)
	}
	if v := viewOf[tableView](t, found, tables+"carts/index/by-session"); v.RCU != 3 || v.WCU != 2 || v.Scaling != nil {
		t.Errorf("carts/by-session: %+v", v)
	}
	if v := viewOf[tableView](t, found, tables+"catalog"); v.Class != "standard-ia" {
		t.Errorf("catalog: %+v", v)
	}
	if v := viewOf[tableView](t, found, tables+"profiles"); !slices.Equal(v.Replicas, []string{"eu-west-1"}) {
		t.Errorf("profiles: %+v", v)
	}
	if v := viewOf[tableView](t, found, tables+"sessions"); v.Mode != "on-demand" || v.RCU != 0 || v.OnDemandSince.Before(s.Start()) {
		t.Errorf("sessions: %+v", v)
	}
	if r := found[tables+"old-coupons"]; !r.Deleted {
		t.Errorf("old-coupons: %+v, want it recalled by its metrics", r)
	}
	// Capacity is asked for where there is or was any; an idle table is not
	// asked for more than shows that it is idle.
	for query, want := range map[string]int{
		`SELECT count(DISTINCT resource) FROM dynamodb_capacity_metrics`:                                                                            5,
		`SELECT count(DISTINCT resource) FROM ledger WHERE grp = 'dynamodb-capacity'`:                                                               6, // the recalled one's mode is not known
		`SELECT count(*) FROM dynamodb_read_metrics m JOIN resource r ON r.id = m.resource WHERE r.name IN ('audit-log', 'feature-flags')`:          0,
		`SELECT count(DISTINCT resource) FROM dynamodb_read_metrics m JOIN resource r ON r.id = m.resource WHERE r.name LIKE '%/%'`:                 2,
		`SELECT count(*) FROM dynamodb_read_metrics m JOIN resource r ON r.id = m.resource WHERE r.name LIKE '%/%' AND get_latency_p99 IS NOT NULL`: 0,
	} {
		if n := rowCount(t, path, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	if n := rowCount(t, path, `SELECT count(*) FROM dynamodb_write_metrics WHERE put_latency_p99 > 0 AND put_requests > 0`); n == 0 {
		t.Error("no latency of PutItem")
	}
}

// A table that must not be read is known by name, with its metrics, and a gap.
func TestTableDetailsDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"dynamodb:DescribeTable", "application-autoscaling:DescribeScalableTargets"}})
	found, path, res := inventory(t, s, "dynamodb")
	if v := viewOf[tableView](t, found, tables+"orders"); v.Mode != "" || v.Bytes != nil {
		t.Errorf("orders: %+v", v)
	}
	if n := rowCount(t, path, `SELECT count(*) FROM dynamodb_read_metrics m JOIN resource r ON r.id = m.resource WHERE r.name = 'orders'`); n == 0 {
		t.Error("no reads of orders")
	}
	gaps := map[string]int{}
	for _, g := range res.Gaps {
		gaps[g.Metric]++
	}
	if gaps["dynamodb:DescribeTable"] != 9 || gaps["application-autoscaling:DescribeScalableTargets"] != 2 || len(gaps) != 2 {
		t.Errorf("gaps %v, want nine tables' and two regions'", gaps)
	}
}

func TestTableBackupsDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"dynamodb:DescribeContinuousBackups"}})
	found, _, res := inventory(t, s, "dynamodb")
	if v := viewOf[tableView](t, found, tables+"orders"); v.Mode != "on-demand" || v.PITR || len(found) != 12 {
		t.Errorf("orders: %+v of %d", v, len(found))
	}
	if len(res.Gaps) == 0 || res.Gaps[0].Metric != "dynamodb:DescribeContinuousBackups" || res.Gaps[0].Resource == "" {
		t.Errorf("gaps %+v", res.Gaps)
	}
}

// What cannot be read in a later run stays as it was known, and so does what
// belongs to it.
func TestUnreadStaysKnown(t *testing.T) {
	for _, tt := range []struct{ service, denied, parent, child string }{
		{"dynamodb", "dynamodb:DescribeTable", tables + "orders", tables + "orders/index/by-customer"},
		{"kinesis", "kinesis:DescribeStreamSummary", streams + "telemetry", streams + "telemetry/consumer/rules:1760000000"},
		{"kinesis", "kinesis:ListStreamConsumers", streams + "telemetry", streams + "telemetry/consumer/rules:1760000000"},
	} {
		t.Run(tt.denied, func(t *testing.T) {
			s := simulate(t, small)
			o := options(s)
			o.Only = []string{tt.service}
			path := newPath(t)
			mustRun(t, path, o)
			const versions = `SELECT count(*) FROM resource_version`
			before := rowCount(t, path, versions)
			s.SetFaults(awstest.Faults{DeniedActions: []string{tt.denied}})
			o.Now = o.Now.Add(time.Minute)
			mustRun(t, path, o)
			if n := rowCount(t, path, versions); n != before {
				t.Errorf("%d versions, were %d", n, before)
			}
			for _, id := range []string{tt.parent, tt.child} {
				if n := rowCount(t, path, `SELECT count(*) FROM resource WHERE NOT deleted AND resource_id = '`+id+`'`); n != 1 {
					t.Errorf("%s is no longer known", id)
				}
			}
		})
	}
}
