package model

import "github.com/breakeven-dev/breakeven/model/price"

const amazonCloudWatch = "AmazonCloudWatch"

// logsIngestion is the price-book dimension of what a log group takes in, by
// class and source.
var logsIngestion = map[[2]string]string{
	{"standard", "custom"}:          "logs-ingest-standard",
	{"infrequent-access", "custom"}: "logs-ingest-infrequent-access",
	{"standard", "lambda"}:          "logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)",
	{"infrequent-access", "lambda"}: "logs-ingest-lambda-to-cloudwatch-infrequent-access (vended, since 2025-05-01)",
}

var _ = register(Service{
	Name:     "cloudwatch_logs",
	Role:     RoleLogs,
	Work:     []string{"IncomingLogEvents"},
	Inferred: "what a log group stores is known when it is listed: in between it is inferred from what came in and expired",
	Fields: []Field{
		{Name: "log_class", Kind: Choice, Choices: []string{"standard", "infrequent-access"}},
		{Name: "source", Kind: Choice, Choices: []string{"custom", "lambda"}},
		{Name: "ingested_gb"},
		{Name: "stored_gb"},
		{Name: "insights_scanned_gb"},
	},
	Allowances: []Allowance{{
		Name: "CloudWatch Logs",
		Of:   price.Key{Service: amazonCloudWatch, Region: price.AnyRegion, Dimension: "free-tier-logs"},
		Covers: []string{
			logsIngestion[[2]string{"standard", "custom"}],
			logsIngestion[[2]string{"infrequent-access", "custom"}],
			logsIngestion[[2]string{"standard", "lambda"}],
			logsIngestion[[2]string{"infrequent-access", "lambda"}],
			"logs-storage",
			"logs-insights-scan",
		},
	}},
	Bill: billCloudWatchLogs,
})

// billCloudWatchLogs follows the Amazon CloudWatch pricing page: what comes in
// by class and, for the logs of Lambda functions, in tiers since 2025-05-01;
// what is kept (as compressed) and what Logs Insights scans alike for all. The
// free 5 GB are one for the three together.
func billCloudWatchLogs(l *Lines, v Values) {
	l.Add(amazonCloudWatch, logsIngestion[[2]string{v.Text("log_class"), v.Text("source")}], v.Number("ingested_gb"))
	l.Add(amazonCloudWatch, "logs-storage", v.Number("stored_gb"))
	l.Add(amazonCloudWatch, "logs-insights-scan", v.Number("insights_scanned_gb"))
}
