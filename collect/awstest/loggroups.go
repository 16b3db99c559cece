package awstest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"
)

const (
	logsCustom   = "logs-ingest-standard"
	logsRare     = "logs-ingest-infrequent-access"
	logsLambda   = "logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)"
	logsStorage  = "logs-storage"
	bytesInGB    = 1 << 30
	sharedDays   = 377_580 // the least common multiple of 28, 29, 30 and 31
	packedOf1000 = 150     // of 1,000 bytes that come in, so many are stored
)

// logGroup describes a simulated log group: of functions, or of anything else.
type logGroup struct {
	eventBytes int64
	before     int64 // bytes stored when the history begins
	rare       bool  // log class INFREQUENT_ACCESS
	keepDays   int
	kms        bool
	function   *function // whose requests fill it, nil: arrivals do
	sums       *logSums
}

// logSums are the bytes that came into a group since the history began, up to
// each minute.
type logSums struct {
	once  sync.Once
	upTo  []int64
	start int64
}

// Prices of CloudWatch Logs, of the AWS price list as of 2026-10 (commitcost:
// us-east-1) and of the public price page (eu-west-1; Lambda's first 10 TB,
// infrequent access): a GB that comes in, a GB stored for a month. Lambda's
// logs cost what others do there (announcement of 2025-05-01).
var _ = simulate(simulated{
	// Calls are answered with those for Lambda's logs.
	name: "cloudwatch_logs", signing: "cloudwatch_logs", iam: "logs", protocol: protocolJSON11,
	things: logThings,
	prices: map[string]dimensionPrices{
		logsCustom:  flat("0.50", "0.57"),
		logsRare:    flat("0.25", ""),
		logsLambda:  flat("0.50", "0.57"),
		logsStorage: flat("0.03", "0.03"),
	},
	units: map[string]decimal.Decimal{
		logsCustom:  decimal.NewFromInt(bytesInGB),
		logsRare:    decimal.NewFromInt(bytesInGB),
		logsLambda:  decimal.NewFromInt(bytesInGB),
		logsStorage: decimal.NewFromInt(bytesInGB * 24 * sharedDays),
	},
})

func logThings(window) []*thing {
	list := []*thing{
		{where: use, name: "/aws/apigateway/storefront", shape: shapeDiurnal, perMinute: 28, spec: logGroup{eventBytes: 460, before: 3 << 30, keepDays: 14}},
		{where: use, name: "/aws/vendedlogs/states/order-fulfilment", shape: shapeDiurnal, perMinute: 24, spec: logGroup{eventBytes: 1300, before: 2 << 30}},
		{where: use, name: "/aws/vendedlogs/states/checkout-flow", shape: shapeDiurnal, perMinute: 40, spec: logGroup{eventBytes: 1100, before: 1 << 30, kms: true}},
		{where: use, name: "vpc-flow-logs", shape: shapeSteady, perMinute: 900, spec: logGroup{eventBytes: 160, before: 5 << 30}},
		{where: use, name: "/app/orders/audit", shape: shapeSteady, perMinute: 150, tags: map[string]string{"app": "orders"}, spec: logGroup{eventBytes: 800, before: 9 << 30, rare: true, keepDays: 365}},
		{where: use, name: "/ecs/retired-shop", shape: shapeNever, tags: map[string]string{"note": hostile}, spec: logGroup{before: 42 << 30}},
		{where: use, name: "/aws/codebuild/legacy-site", shape: shapeBursty, perMinute: 20, to: 0.7, deleted: true, spec: logGroup{eventBytes: 210}},
		{where: euw, name: "/aws/apigateway/graphql", shape: shapeDiurnal, perMinute: 7, spec: logGroup{eventBytes: 520, before: 1 << 28}},
	}
	for _, t := range list {
		g := t.spec.(logGroup)
		g.sums = &logSums{}
		t.spec = g
		t.arn = t.logGroupARN(t.name)
		t.bill = billLogGroup
		t.metrics = logMetrics(t.name, g)
	}
	return list
}

// functionLogs makes a thing of every function's log group; their metrics are
// the functions' own.
func functionLogs(r *region, start, end int64) []*thing {
	var out []*thing
	for _, f := range r.functions {
		if f.logGroup() == "" {
			continue
		}
		t := &thing{
			service: "cloudwatch_logs", where: r.name, name: f.logGroup(), start: start, end: end,
			bill: billLogGroup, spec: logGroup{function: f, keepDays: f.retentionDays, sums: &logSums{}},
		}
		t.arn = t.logGroupARN(t.name)
		out = append(out, t)
	}
	return out
}

func logMetrics(name string, g logGroup) []thingMetric {
	dims := []dimension{{"LogGroupName", name}}
	each := func(value int64) func(*thing, int64, func(int64, uint32)) {
		return func(t *thing, minute int64, emit func(int64, uint32)) {
			if n := t.arrivals(minute, 0); n > 0 {
				emit(value*100, uint32(n))
			}
		}
	}
	return []thingMetric{
		{namespace: nsLogs, name: "IncomingBytes", dims: dims, at: each(g.eventBytes)},
		{namespace: nsLogs, name: "IncomingLogEvents", dims: dims, at: each(1)},
	}
}

// cameIn is what came into the group in [from, to), Unix seconds in whole
// minutes.
func (g *logGroup) cameIn(t *thing, from, to int64) int64 {
	g.sums.once.Do(func() { g.sums.fill(t, g) })
	at := func(minute int64) int64 {
		i := max(0, min((minute-g.sums.start)/60, int64(len(g.sums.upTo)-1)))
		return g.sums.upTo[i]
	}
	return at(to) - at(from)
}

func (s *logSums) fill(t *thing, g *logGroup) {
	s.start = t.start
	s.upTo = make([]int64, (t.end-t.start)/60+1)
	if g.function == nil {
		for i := 1; i < len(s.upTo); i++ {
			s.upTo[i] = s.upTo[i-1] + g.eventBytes*t.arrivals(t.start+int64(i-1)*60, 0)
		}
		return
	}
	for i := range g.function.requests {
		r := &g.function.requests[i]
		minute := (r.end()/1000-t.start)/60 + 1
		if ran(r) && minute > 0 && minute < int64(len(s.upTo)) {
			s.upTo[minute] += g.function.logBytes(r) * int64(r.weight)
		}
	}
	for i := 1; i < len(s.upTo); i++ {
		s.upTo[i] += s.upTo[i-1]
	}
}

// stored is what the group holds at an instant. What stood there before the
// history stays; the lines of functions are stored as they come in, which
// keeps what queries scan equal to it.
func (g *logGroup) stored(t *thing, at int64) int64 {
	from := t.start
	if g.keepDays > 0 {
		from = max(from, at-int64(g.keepDays)*daySeconds)
	}
	in := g.cameIn(t, from, at)
	if g.function == nil {
		in = in * packedOf1000 / 1000
	}
	return g.before + in
}

// billLogGroup bills what came in minute by minute, and what is stored at the
// beginning of each hour.
func billLogGroup(t *thing, minute int64, add func(string, int64)) {
	g := t.spec.(logGroup)
	if n := g.cameIn(t, minute, minute+60); n > 0 {
		add(g.ingestion(), n)
	}
	if minute%3600 != 0 {
		return
	}
	month, end := monthOf(minute * 1000)
	if n := g.stored(t, minute); n > 0 {
		add(logsStorage, n*(sharedDays/daysOf(month, end)))
	}
}

// daysOf is how long a month is.
func daysOf(month string, end int64) int64 {
	for days := int64(31); days > 28; days-- {
		if start, _ := monthOf(end - days*dayMs); start == month {
			return days
		}
	}
	return 28
}

func (g *logGroup) ingestion() string {
	switch {
	case g.function != nil:
		return logsLambda
	case g.rare:
		return logsRare
	}
	return logsCustom
}

// describe is the group as DescribeLogGroups words it.
func (g *logGroup) describe(t *thing, now int64) map[string]any {
	out := map[string]any{
		"logGroupName": t.name, "logGroupArn": t.arn, "arn": t.arn + ":*", "creationTime": (t.start - 90*daySeconds) * 1000,
		"metricFilterCount": 0, "storedBytes": g.stored(t, min(now, t.end)), "logGroupClass": "STANDARD",
	}
	if g.rare {
		out["logGroupClass"] = "INFREQUENT_ACCESS"
	}
	if g.keepDays > 0 {
		out["retentionInDays"] = g.keepDays
	}
	if g.kms {
		out["kmsKeyId"] = fmt.Sprintf("arn:aws:kms:%s:%s:key/11111111-2222-3333-4444-555555555555", t.where, AccountID)
	}
	return out
}

// logGroups lists a region's groups, by name.
func (s *Server) logGroups(c *call, in *describeLogGroupsInput) []map[string]any {
	var all []map[string]any
	for _, t := range s.acct.region(c.region).thingsOf("cloudwatch_logs") {
		asked := len(in.LogGroupIdentifiers) == 0 || slices.Contains(in.LogGroupIdentifiers, t.name) || slices.Contains(in.LogGroupIdentifiers, t.arn)
		if asked && strings.HasPrefix(t.name, in.LogGroupNamePrefix) && strings.Contains(t.name, in.LogGroupNamePattern) {
			g := t.spec.(logGroup)
			all = append(all, g.describe(t, c.now.Unix()))
		}
	}
	return all
}
