package apps

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

func usd(s string) model.Cost { return model.Exactly(unit.MustUSD(s)) }

func key(service, name string) model.ResourceKey {
	return model.ResourceKey{Account: "1", Region: "us-east-1", Service: service, ID: unit.ResourceID("arn:aws:" + service + ":us-east-1:1:" + name), Name: name}
}

func function(name, app, cost string, calls int64) model.Function {
	f := model.Function{Key: key("lambda", name), App: app, Cost: usd(cost)}
	f.Signals.Invocations = calls
	return f
}

func resource(service, name, app, cost string) model.Resource {
	return model.Resource{Key: key(service, name), App: app, Cost: usd(cost), Config: json.RawMessage(`{}`)}
}

func edgeOf(from, to model.ResourceKey, kind string) model.Edge {
	return model.Edge{From: from.ID, To: to.ID, Kind: kind}
}

// sample is an account in which every way of grouping occurs once.
func sample() model.Analysis {
	a := model.Analysis{Window: model.Window{From: time.Unix(0, 0), To: time.Unix(0, 0).Add(730 * time.Hour)}}
	api := function("api", "shop", "3", 3000)
	api.Load.RequestDriven = true
	worker := function("worker", "orders", "2", 1000)
	worker.Config.EventSource = true
	lone, tick := function("lone", "", "0.5", 10), function("tick", "", "1", 720)
	a.Functions = []model.Function{api, worker, lone, tick}
	rule := resource("eventbridge", "hourly", "", "0.01")
	rule.Config = json.RawMessage(`{"schedule":"rate(1 hour)"}`)
	a.Resources = []model.Resource{
		resource("sqs", "shared", "", "4"), resource("cloudwatch_logs", "/aws/lambda/api", "", "1"),
		rule, resource("s3", "island", "", "7"),
	}
	a.Edges = []model.Edge{
		edgeOf(api.Key, key("sqs", "shared"), model.EdgeFeeds),
		edgeOf(key("sqs", "shared"), worker.Key, model.EdgeFeeds),
		edgeOf(api.Key, key("cloudwatch_logs", "/aws/lambda/api"), model.EdgeLogs),
		{From: rule.Key.ID, To: tick.Key.ID + ":live", Kind: model.EdgeInvokes},
	}
	return a
}

func named(t *testing.T, list []model.App, name string) model.App {
	t.Helper()
	for _, a := range list {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("no application %q in %+v", name, list)
	return model.App{}
}

func TestGroup(t *testing.T) {
	a := sample()
	list := Group(&a)
	for _, tt := range []struct {
		name, kind, found, cost string
		work                    int64
		unit                    string
	}{
		// Its own 3, its log group's 1, and three quarters of the queue's 4.
		{"shop", model.AppAPI, "tag", "7", 3000, "1,000 requests"},
		{"orders", model.AppEvents, "tag", "3", 1000, "event"},
		{"hourly", model.AppCron, "connection", "1.01", 720, "run"},
		{"", model.AppNone, "", "7.5", 0, ""},
	} {
		got := named(t, list, tt.name)
		if got.Kind != tt.kind || got.Found != tt.found || got.Cost.Likely.Cmp(unit.MustUSD(tt.cost)) != 0 || got.Work != tt.work || got.WorkUnit != tt.unit {
			t.Errorf("%q: %s by %q, $%s, %d %s; want %s by %q, $%s, %d %s", tt.name, got.Kind, got.Found, got.Cost.Likely, got.Work, got.WorkUnit,
				tt.kind, tt.found, tt.cost, tt.work, tt.unit)
		}
	}
	if shop := named(t, list, "shop"); shop.PerUnit.Likely.StringFixed(6) != "2.333333" {
		t.Errorf("a thousand requests cost %s, want 7/3", shop.PerUnit.Likely)
	}
	if last := list[len(list)-1]; last.Name != "" {
		t.Errorf("last is %q, want what is not attributed", last.Name)
	}
}

// TestPartsSumToTheWhole holds the sums of any grouping against the total, to
// the last digit, with traffic that divides into no round shares.
func TestPartsSumToTheWhole(t *testing.T) {
	a := sample()
	for _, traffic := range []int64{0, 1, 7, 333, 99991} {
		a.Functions[0].Signals.Invocations = traffic
		total, whole := unit.USD{}, unit.USD{}
		for _, app := range Group(&a) {
			total = total.Add(app.Cost.Likely)
			parts := unit.USD{}
			for _, p := range app.Parts {
				parts = parts.Add(p.Cost.Likely)
			}
			if parts.Cmp(app.Cost.Likely) != 0 {
				t.Errorf("%s: parts add up to %s, not %s", app.Name, parts, app.Cost.Likely)
			}
		}
		for _, b := range a.Billed() {
			whole = whole.Add(b.Cost.Likely)
		}
		if total.Cmp(whole) != 0 {
			t.Errorf("with %d calls the applications add up to %s, not %s", traffic, total, whole)
		}
	}
}

// TestUnknownCostStays: an unknown part makes its application unknown and no
// other.
func TestUnknownCostStays(t *testing.T) {
	a := sample()
	a.Resources[3].Cost = model.UnknownCost
	list := Group(&a)
	if !named(t, list, "").Cost.Unknown || named(t, list, "shop").Cost.Unknown {
		t.Errorf("unknown is not where it belongs: %+v", list)
	}
	a.Resources[0].Cost = model.UnknownCost
	list = Group(&a)
	if !named(t, list, "shop").Cost.Unknown || !named(t, list, "orders").Cost.Unknown || named(t, list, "hourly").Cost.Unknown {
		t.Errorf("the shared queue's unknown cost is not unknown for both: %+v", list)
	}
}
