package tui

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// sampleResource is a resource that cost some dollars in the window.
func sampleResource(service, name, app, dollars, config string) model.Resource {
	cost := model.Exactly(unit.MustUSD(dollars))
	monthly := model.Exactly(cost.Likely.Mul(unit.QuantityOf(730)).Div(unit.QuantityOf(720)).Round(9))
	return model.Resource{
		Key: model.ResourceKey{
			Account: "123456789012", Region: "eu-west-1", Service: service, Name: name,
			ID: unit.ResourceID("arn:aws:" + service + ":eu-west-1:123456789012:" + name),
		},
		Config: json.RawMessage(config), App: app, Tags: map[string]string{"app": app},
		LineItems: []model.LineItem{{
			Dimension: "requests", Unit: "request", Quantity: unit.QuantityOf(1_250_000), UnitPrice: unit.MustUSD("0.0000004"),
			Cost: cost, Basis: model.BasisMeasured,
		}},
		Cost: cost, Monthly: monthly,
		Metrics: []model.MetricSummary{
			{Metric: "NumberOfMessagesSent", Stat: "Sum", N: 720, Sum: 1_250_000, Min: 0, Max: 9_100, Last: 1_502, FirstAt: sampleNow.AddDate(0, 0, -30), LastAt: sampleNow},
			{Metric: "ApproximateAgeOfOldestMessage", Stat: "Maximum", N: 720, Sum: 90_000, Min: 2, Max: 5_400, Last: 5_400},
			{Metric: "NumberOfMessagesDeleted", Stat: "Sum"},
		},
	}
}

// serviceSample is a with resources of other services, applications and
// findings, as an account of several services has them.
func serviceSample(a model.Analysis) model.Analysis {
	queue := sampleResource("sqs", "orders-queue", "orders", "14.62", `{"fifo":true,"visibility_timeout":30,"redrive":{"max_receive":5,"target":"orders-dead"},"edges":[{"to":"x","kind":"feeds"}],"rules":[{"id":"a","days":7},{"id":"b"}]}`)
	dead := sampleResource("sqs", "orders-dead", "orders", "0.01", `{"fifo":false}`)
	dead.Deleted = true
	table := sampleResource("dynamodb", "orders-table-with-a-name-that-is-far-too-long-for-a-column-of-any-width", "orders", "41.07", `{"mode":"on-demand"}`)
	bucket := sampleResource("s3", "media \x1b[2J日本語", "media", "7.4", `{"versioned":true,"note":"\u001b]0;x\u0007"}`)
	stream := sampleResource("kinesis", "clicks", "", "3.2", `null`)
	stream.Metrics = nil
	a.Resources = []model.Resource{table, queue, bucket, stream, dead}
	at := map[string]int{}
	for _, r := range a.Resources {
		i, seen := at[r.Key.Service]
		if !seen {
			i, at[r.Key.Service] = len(a.Services), len(a.Services)
			a.Services = append(a.Services, model.ServiceCost{Service: r.Key.Service, Cost: model.Exactly(unit.USD{})})
		}
		s := &a.Services[i]
		s.Cost, s.LineItems = s.Cost.Add(r.Cost), append(s.LineItems, r.LineItems...)
		a.Total, a.Monthly = a.Total.Add(r.Cost), a.Monthly.Add(r.Monthly)
	}
	a.Edges = []model.Edge{
		{From: queue.Key.ID, To: dead.Key.ID, Kind: model.EdgeDeadLetter},
		{From: "arn:aws:sns:eu-west-1:999999999999:elsewhere", To: queue.Key.ID, Kind: model.EdgeFeeds},
	}
	half := model.Exactly(unit.MustUSD("20.535"))
	a.Apps = []model.App{
		{
			Name: "orders", Kind: model.AppAPI, Found: "tag", Cost: model.Exactly(unit.MustUSD("35.155")), Monthly: model.Exactly(unit.MustUSD("35.64")),
			Work: 8_200_000, WorkUnit: "1,000 requests", PerUnit: model.Exactly(unit.MustUSD("0.0042872")),
			Services: []model.AppService{{Service: "dynamodb", Cost: half}, {Service: "sqs", Cost: queue.Cost}},
			Parts:    []model.AppPart{{Key: table.Key, Share: 0.5, Cost: half}, {Key: queue.Key, Share: 1, Cost: queue.Cost}},
		},
		{
			Name: "media", Kind: model.AppEvents, Found: "connection", Cost: bucket.Cost, Monthly: bucket.Monthly, WorkUnit: "event", PerUnit: model.UnknownCost,
			Services: []model.AppService{{Service: "s3", Cost: bucket.Cost}}, Parts: []model.AppPart{{Key: bucket.Key, Share: 1, Cost: bucket.Cost}},
		},
		{
			Kind: model.AppNone, Cost: stream.Cost, Monthly: stream.Monthly, PerUnit: model.UnknownCost,
			Services: []model.AppService{{Service: "kinesis", Cost: stream.Cost}}, Parts: []model.AppPart{{Key: stream.Key, Share: 1, Cost: stream.Cost}},
		},
	}
	a.Health = model.Health{Window: model.Window{From: sampleNow.AddDate(0, 0, -2), To: sampleNow}, Resources: 19, Rules: 41, Findings: []model.Finding{
		{
			Rule: "sqs-age", Severity: model.Critical, Resource: queue.Key, App: "orders", Metric: "ApproximateAgeOfOldestMessage", Stat: "Maximum",
			Value: 5400, Worst: 7200, Limit: 3600, Unit: "s", Since: sampleNow.Add(-9 * time.Hour), Until: sampleNow, Hours: 9, ErrorCost: model.UnknownCost,
			Text: "The oldest message waits longer than an hour", Why: "Consumers fall behind; messages are lost once they are older than the retention of the queue.",
		},
	}}
	if len(a.Functions) > 0 {
		f := &a.Functions[0]
		a.Health.Findings = append(a.Health.Findings, model.Finding{
			Rule: "lambda-errors", Severity: model.Serious, Resource: f.Key, App: f.App, Metric: "Errors", Stat: "Sum", Per: "Invocations",
			Value: 2.1, Worst: 4.75, Limit: 1, Unit: "%", Since: sampleNow.Add(-26 * time.Hour), Until: sampleNow, Hours: 26, ErrorCost: f.ErrorCost,
			Text: "More than one call in a hundred fails", Why: "Failed calls are paid for and, called asynchronously, tried again.",
		}, model.Finding{
			Rule: "gone", Severity: model.Notice, Resource: model.ResourceKey{Service: "sns", Name: "nobody", ID: "arn:aws:sns:::nobody"}, ErrorCost: model.UnknownCost,
			Metric: "NumberOfNotificationsFailed", Stat: "Sum", Value: 3, Worst: 3, Hours: 1, Text: "Deliveries fail", Why: "",
		})
	}
	return a
}

// unpricedSample is serviceSample with a stream of unknown cost.
func unpricedSample(a model.Analysis) model.Analysis {
	a = serviceSample(a)
	r, p := &a.Resources[3], &a.Apps[2]
	r.Cost, r.Monthly, r.LineItems = model.UnknownCost, model.UnknownCost, nil
	p.Cost, p.Monthly, p.Services = model.UnknownCost, model.UnknownCost, nil
	a.Total, a.Monthly = model.UnknownCost, model.UnknownCost
	return a
}

// servicePages are the screens that show more than functions.
var servicePages = []page{
	{"overview-services", nil},
	{"services", []string{"4"}},
	{"services-why", []string{"4", "down", "w"}},
	{"service", []string{"4", "down", "down", "enter"}},
	{"resources", []string{"4", "a"}},
	{"apps", []string{"5"}},
	{"apps-why", []string{"5", "w"}},
	{"app", []string{"5", "enter"}},
	{"resource-cost", []string{"5", "enter", "down", "enter"}},
	{"resource-metrics", []string{"5", "enter", "down", "enter", "tab"}},
	{"resource-config", []string{"5", "enter", "down", "enter", "tab", "tab"}},
	{"resource-connections", []string{"5", "enter", "down", "enter", "tab", "tab", "tab"}},
	{"resource-advice", []string{"5", "enter", "down", "enter", "shift+tab"}},
	{"health", []string{"9"}},
	{"health-why", []string{"9", "w"}},
	{"health-resource", []string{"9", "enter"}},
}

func TestServiceFrames(t *testing.T) {
	a := serviceSample(sampleAnalysis(0))
	for _, p := range servicePages {
		for _, size := range sizes {
			name := fmt.Sprintf("%s-%dx%d", p.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				b := loadedBench(t, a, size[0], size[1])
				b.press(p.keys...)
				checkFrame(t, b)
				golden(t, name, b.frame())
			})
		}
	}
}

// TestServiceScreenKeys holds where each key leads among the screens that show
// more than functions.
func TestServiceScreenKeys(t *testing.T) {
	for _, c := range []struct {
		keys string
		want screenID
		text string
	}{
		{"4", screenServices, "dynamodb"},
		{"4 enter", screenResources, "Service "},
		{"4 a", screenResources, "All resources"},
		{"4 a esc", screenServices, ""},
		{"5", screenApps, "orders"},
		{"5 enter", screenResources, "Application orders"},
		{"5 G enter", screenResources, "Application (not attributed)"},
		{"5 enter enter", screenResource, "dynamodb"},
		{"5 enter enter esc esc", screenApps, ""},
		{"5 enter enter tab tab", screenResource, "on-demand"},
		{"5 enter 4", screenServices, ""},
		{"5 w", screenWhy, "its resources carry its name"},
		{"9", screenHealth, "1 critical, 1 warning, 1 notice"},
		{"9 w", screenWhy, "limit 3,600 s"},
		{"9 enter", screenResource, "orders-queue"},
		{"9 down enter", screenFunction, ""},
		{"9 down 3", screenFunction, ""},
		{"9 G enter", screenWhy, "Deliveries fail"}, // of a resource that was not collected
		{"9 enter esc", screenHealth, ""},
	} {
		b := loadedBench(t, serviceSample(sampleAnalysis(0)), 100, 30)
		b.press(strings.Fields(c.keys)...)
		if b.m.screen != c.want || !strings.Contains(b.frame(), c.text) {
			t.Errorf("%s: screen %d, want %d with %q on\n%s", c.keys, b.m.screen, c.want, c.text, b.frame())
		}
	}
}

func TestServiceCommands(t *testing.T) {
	for _, c := range []struct {
		line, text string
		screen     screenID
	}{
		{"services", "dynamodb", screenServices},
		{"service sqs", "Service sqs", screenResources},
		{"service SQ", "Service sqs", screenResources},
		{"apps", "orders", screenApps},
		{"app", "orders", screenApps},
		{"app orders", "Application orders", screenResources},
		{"app ORD", "Application orders", screenResources},
		{"app nobody", "no application called nobody", screenOverview},
		{"app (not attributed)", "clicks", screenResources},
		{"res orders-queue", "14.62", screenResource},
		{"resource clicks", "kinesis", screenResource},
		{"res checkout", "checkout", screenFunction},
		{"res nobody", "no resource called nobody", screenOverview},
		{"resources", "All resources", screenResources},
		{"health", "1 critical", screenHealth},
	} {
		b := loadedBench(t, serviceSample(sampleAnalysis(0)), 100, 30)
		b.press(":")
		b.typing(c.line)
		b.press("enter")
		if b.m.screen != c.screen || !strings.Contains(b.frame(), c.text) {
			t.Errorf(":%s leads to screen %d, want %d with %q on\n%s", c.line, b.m.screen, c.screen, c.text, b.frame())
		}
	}
}

// TestAppPartsPayTheirShare: of a table that two applications use, each list
// shows what its application pays.
func TestAppPartsPayTheirShare(t *testing.T) {
	d := newDataset(unpricedSample(sampleAnalysis(0)))
	rows := d.rowsIn(scope{app: "orders", ofApp: true})
	if len(rows) != 2 || rows[0].part != 0.5 || rows[0].cost.Likely.Cmp(unit.MustUSD("20.535")) != 0 {
		t.Fatalf("rows of orders: %+v", rows)
	}
	whole := d.rowsIn(scope{service: "dynamodb"})
	if len(whole) != 1 || whole[0].part != 1 || whole[0].cost.Likely.Cmp(unit.MustUSD("41.07")) != 0 {
		t.Errorf("rows of dynamodb: %+v", whole)
	}
	if all := d.rowsIn(scope{}); len(all) != len(d.a.Functions)+len(d.a.Resources) || !all[0].cost.Unknown {
		t.Errorf("%d rows in all; the first should be the one of unknown cost", len(all))
	}
}

func TestServiceListsFilterAndReload(t *testing.T) {
	b := loadedBench(t, serviceSample(sampleAnalysis(0)), 100, 30)
	b.press("4", "a", "/")
	b.typing("sqs")
	list := b.m.screens[screenResources].(*resources)
	if n, of := list.shown(); n != 2 || of != 19 {
		t.Errorf("/sqs shows %d of %d, want 2 of 19", n, of)
	}
	b.press("enter", "down")
	before, _ := list.subject()
	b.send(b.m.cmds.load())
	if after, _ := list.subject(); after != before {
		t.Errorf("a reload moves the cursor from %v to %v", before, after)
	}
	b.press("esc")
	if n, _ := list.shown(); n != 19 || b.m.screen != screenResources {
		t.Errorf("esc leaves %d rows on screen %d", n, b.m.screen)
	}
}

func TestConfigRows(t *testing.T) {
	for _, c := range []struct{ config, want string }{
		{``, ``},
		{`null`, ``},
		{`[1]`, ``},
		{`{`, ``},
		{`{"b":2,"a":"x","edges":[{"to":"y"}]}`, `a=x b=2`},
		{`{"on":true,"off":false,"none":null,"empty":"","list":[],"big":12345678901234567890}`, `big=12345678901234567890 off=no on=yes`},
		{`{"a":{"b":{"c_d":1}}}`, `a.b.c d=1`},
		{`{"l":[1,"two",{"k":3,"z":[4]}]}`, `l=1, two, k 3 z 4`},
		{`{"\u001b[2J":"\u0007x\u202e"}`, `[2J=x`},
	} {
		var got []string
		for _, r := range configRows(json.RawMessage(c.config)) {
			got = append(got, r[0]+"="+r[1])
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %q, want %q", c.config, text, c.want)
		}
	}
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	if rows := configRows(json.RawMessage(deep)); len(rows) > 1 {
		t.Errorf("%d rows of a deep object", len(rows))
	}
}
