package collect_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// machineView is what other parts read of a state machine's configuration.
type machineView struct {
	Type      string       `json:"type"`
	States    int          `json:"states"`
	Shortest  int          `json:"shortest"`
	Usual     float64      `json:"usual"`
	Longest   int          `json:"longest"`
	Map       bool         `json:"map"`
	Parallel  bool         `json:"parallel"`
	Callbacks bool         `json:"callbacks"`
	LogLevel  string       `json:"log_level"`
	LogsData  bool         `json:"logs_data"`
	Edges     []model.Edge `json:"edges"`
}

const machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:"

func TestStateMachineInventory(t *testing.T) {
	s := simulate(t, small)
	found, path, _ := inventory(t, s, "stepfunctions")
	view := func(name string) machineView {
		t.Helper()
		var v machineView
		if err := json.Unmarshal(found[machineARN+name].Config, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return v
	}
	edge := func(kind, arn string) model.Edge { return model.Edge{To: unit.ResourceID(arn), Kind: kind} }
	invokes := func(function string) model.Edge {
		return edge(model.EdgeInvokes, "arn:aws:lambda:us-east-1:123456789012:function:"+function)
	}
	orders := view("order-fulfilment")
	want := []model.Edge{
		invokes("invoice-pdf"), invokes("order-worker"), invokes("payment-callback"),
		edge(model.EdgeLogs, "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/states/order-fulfilment"),
		edge(model.EdgeFeeds, "arn:aws:sqs:us-east-1:123456789012:orders"),
	}
	if !slices.Equal(orders.Edges, want) {
		t.Errorf("order-fulfilment: edges\n%v\nwant\n%v", orders.Edges, want)
	}
	if orders.Type != "STANDARD" || orders.States != 5 || orders.Shortest != 4 || orders.Usual != 4.5 || orders.Longest != 7 || orders.LogLevel != "ERROR" || !orders.LogsData {
		t.Errorf("order-fulfilment: %+v", orders)
	}
	if v := view("media-batch"); !v.Map || v.Shortest != 1 || v.Longest != 0 {
		t.Errorf("media-batch: %+v", v)
	}
	if v := view("nightly-report"); !v.Parallel || v.Shortest != 5 || v.Longest != 5 {
		t.Errorf("nightly-report: %+v", v)
	}
	if v := view("partner-onboarding"); !v.Callbacks {
		t.Errorf("partner-onboarding: %+v", v)
	}
	if v := view("checkout-flow"); v.Type != "EXPRESS" || !slices.Contains(v.Edges, edge(model.EdgeInvokes, machineARN+"order-fulfilment")) {
		t.Errorf("checkout-flow: %+v", v)
	}
	if app := found[machineARN+"order-fulfilment"].App; app != "orders" {
		t.Errorf("order-fulfilment belongs to %q", app)
	}
	if n := rowCount(t, path, "SELECT count(DISTINCT resource) FROM stepfunctions_region_metrics WHERE transitions > 0"); n != 2 {
		t.Errorf("transitions of %d regions, want 2", n)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM resources WHERE service = 'stepfunctions'"); n != 9 {
		t.Errorf("%d state machines, want 9", n)
	}
}

// A machine that was deleted is known to its metrics.
func TestStateMachineDeleted(t *testing.T) {
	account := small
	account.Days = 5
	found, _, _ := inventory(t, simulate(t, account), "stepfunctions")
	if r := found[machineARN+"old-approval"]; !r.Deleted || r.Key.Name != "old-approval" || string(r.Config) != "{}" {
		t.Errorf("%+v", r)
	}
}

// A definition that is refused is a gap; type and metrics are kept.
func TestStateMachineDetailDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"states:DescribeStateMachine"}})
	found, path, res := inventory(t, s, "stepfunctions")
	if r := found[machineARN+"order-fulfilment"]; string(r.Config) != `{"type":"STANDARD"}` {
		t.Errorf("%s", r.Config)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM gap WHERE metric = 'states:DescribeStateMachine'"); n != 8 || len(res.Gaps) == 0 {
		t.Errorf("%d gaps, want 8: %+v", n, res.Gaps)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM stepfunctions_metered WHERE quantity > 0"); n == 0 {
		t.Error("nothing metered")
	}
}
