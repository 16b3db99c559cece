package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

const (
	// keepDays is a retention to start from: a quarter's incidents can still
	// be read. It is a choice of ours.
	keepDays = 90
	// logCompression is what is stored of a byte that came in (AWS Pricing
	// Calculator, storage compression factor).
	logCompression = 0.15
	// classWorthUSD a month is the least saving for which to make a new log
	// group: a class cannot be changed.
	classWorthUSD = 1
	// chattyBytes an invocation is a lot to log: Lambda's own three lines are
	// about 300. chattyWorthUSD is the least cost of logging a month.
	chattyBytes, chattyWorthUSD = 8 << 10, 1
	gib                         = 1 << 30
)

// logConfig is what the collector keeps of a log group.
type logConfig struct {
	Class         string `json:"class"`
	RetentionDays int    `json:"retention_days"`
	Protected     bool   `json:"data_protection"`
	Filters       int    `json:"metric_filters"`
}

var (
	_ = register(Rule{Name: "logs-retention", Service: "cloudwatch_logs", Advise: adviseRetention})
	_ = register(Rule{Name: "logs-class", Service: "cloudwatch_logs", Advise: adviseLogClass})
	_ = register(Rule{Name: "logs-volume", Service: "cloudwatch_logs", Advise: adviseLogVolume})
	_ = register(Rule{Name: "logs-unused", Service: "cloudwatch_logs", Advise: adviseUnusedLogs})
)

// adviseRetention recommends an end for logs that are kept for ever. What is
// older than the retention follows from what came in lately, as if it always
// had: up to all of it may be, or none.
func adviseRetention(s Subject) (model.Advice, bool) {
	c, ok := decoded[logConfig](s)
	stored := s.lines("logs-storage")
	held := s.standingGB("logs-storage") * gib
	if !ok || c.RetentionDays > 0 || c.Class == "delivery" || held <= 0 {
		return model.Advice{}, false
	}
	daily := s.metric("IncomingBytes") / s.days()
	old := max(0, 1-keepDays*daily*logCompression/held)
	a := model.Advice{
		Title:   fmt.Sprintf("Keep this log for %d days instead of for ever", keepDays),
		Effects: []model.Effect{{Lines: "logs-storage", Likely: old, High: 1}},
		Evidence: []string{
			fmt.Sprintf("%.2f GB stored without end, %.3f GB come in a day, %s", held/gib, daily/gib, s.span()),
			fmt.Sprintf("at today's rate and a compression to %.0f %%, %.0f %% of it is older than %d days", 100*logCompression, 100*old, keepDays),
		},
		Confidence: "C", Effort: "low",
		Risk:     "older events are deleted for good: export what must be kept first",
		Apply:    s.aws("logs", "put-retention-policy", "--log-group-name "+quote(s.Key().Name), fmt.Sprintf("--retention-in-days %d", keepDays)),
		Disproof: "a rule that asks for longer, or a stored size that does not fall within three days",
	}
	a.Saving = s.saves(a.Effects)
	return a, !stored.Unknown && worth(a.Saving)
}

// standingGB is the mean size over the window of what is billed by the
// GB-month.
func (s Subject) standingGB(dimension string) float64 {
	if s.Window.Hours() <= 0 {
		return 0
	}
	return quantity(s.items(), dimension).Float64() * model.HoursPerMonth / s.Window.Hours()
}

// adviseLogClass recommends the infrequent-access class where nothing in use
// needs the standard one (Amazon CloudWatch Logs User Guide, "Log classes").
func adviseLogClass(s Subject) (model.Advice, bool) {
	c, ok := decoded[logConfig](s)
	const lambda, vended = "logs-ingest-lambda-to-cloudwatch-", " (vended, since 2025-05-01)"
	if !ok || c.Class != "standard" || c.Filters > 0 || c.Protected {
		return model.Advice{}, false
	}
	a := model.Advice{Title: "Send this log to a group of the infrequent-access class"}
	for _, d := range [][2]string{{"logs-ingest-standard", "logs-ingest-infrequent-access"}, {lambda + "standard" + vended, lambda + "infrequent-access" + vended}} {
		now, ok1 := s.priceOf("AmazonCloudWatch", d[0])
		then, ok2 := s.priceOf("AmazonCloudWatch", d[1])
		if ok1 && ok2 && !now.IsZero() && quantity(s.items(), d[0]).Sign() > 0 {
			share := 1 - then.Ratio(now)
			a.Effects = append(a.Effects, model.Effect{Lines: d[0], Low: share, Likely: share, High: share})
		}
	}
	a.Saving = s.saves(a.Effects)
	if len(a.Effects) == 0 || !a.Saving.Unknown && a.Saving.Likely.Float64() < classWorthUSD {
		return model.Advice{}, false
	}
	a.Evidence = []string{
		fmt.Sprintf("%.2f GB came in, %s", s.metric("IncomingBytes")/gib, s.span()),
		"no metric filter and no data protection policy: what else needs the standard class (subscriptions, live tail, alarms on logs) is not collected",
	}
	a.Confidence, a.Effort = "B", "medium"
	a.Risk = "such a group can be queried with Logs Insights alone: no subscriptions, no live tail, no FilterLogEvents, so REPORT lines are then not collected either"
	a.Apply = s.aws("logs", "create-log-group", "--log-group-name "+quote(s.Key().Name+"-ia"), "--log-group-class INFREQUENT_ACCESS")
	a.Disproof = "a subscription filter, or people who search it every day"
	return a, true
}

// adviseLogVolume points at functions that log much for each invocation. How
// much of it is of use nobody can tell from here.
func adviseLogVolume(s Subject) (model.Advice, bool) {
	_, ok := decoded[logConfig](s)
	var calls int64
	writer := ""
	for _, e := range s.Account.In(s.Key().ID, model.EdgeLogs) {
		if f := s.Account.Function(e.From); f != nil {
			calls += f.Signals.Invocations
			writer = f.Key.Name
		}
	}
	bytes := s.metric("IncomingBytes")
	ingest := s.lines("logs-ingest")
	if !ok || calls < memoryInvocations || bytes < chattyBytes*float64(calls) || ingest.Unknown || ingest.Likely.Float64() < chattyWorthUSD {
		return model.Advice{}, false
	}
	each := bytes / float64(calls)
	most := 1 - chattyBytes/2/each
	a := model.Advice{
		Title:   fmt.Sprintf("Log less: %.0f KB for each invocation", each/1024),
		Effects: []model.Effect{{Lines: "logs-ingest", Likely: most / 2, High: most}},
		Evidence: []string{
			fmt.Sprintf("%.2f GB of log from %s invocations of %s, %s", bytes/gib, thousands(calls), writer, s.span()),
			fmt.Sprintf("the bounds reach from all of it being needed to %d KB an invocation; the likely value is their middle and no prediction", chattyBytes/2/1024),
		},
		Confidence: "D", Effort: "medium",
		Risk:     "a line that is missing when something breaks",
		Apply:    "aws lambda update-function-configuration --region " + quote(string(s.Key().Region)) + " --function-name " + quote(writer) + " --logging-config LogFormat=JSON,ApplicationLogLevel=WARN",
		Disproof: "lines that are all of use, in a sample of an hour",
	}
	a.Saving = s.saves(a.Effects)
	return a, worth(a.Saving)
}

// adviseUnusedLogs names groups that nothing writes to and that still cost.
func adviseUnusedLogs(s Subject) (model.Advice, bool) {
	_, ok := decoded[logConfig](s)
	held := s.standingGB("logs-storage") * gib
	if !ok || s.metric("IncomingBytes")+s.metric("IncomingLogEvents") > 0 || held <= 0 || !worth(s.total()) || !s.silenceCounts() {
		return model.Advice{}, false
	}
	a, ok := s.unusedAdvice("nothing was written to it", "logs", "delete-log-group", "--log-group-name "+quote(s.Key().Name))
	a.Evidence = append(a.Evidence, fmt.Sprintf("%.2f GB stored", held/gib))
	a.Risk = "its old events are gone then: export what must be kept"
	return a, ok
}
