package awstest

import "testing"

// FuzzInsights: no query crashes the parser or, once parsed, the evaluator.
func FuzzInsights(f *testing.F) {
	for _, q := range []string{
		`filter @type = "REPORT" | stats count(*) as n, pct(@duration, 99) by bin(1h) as hour, @log`,
		"fields @timestamp, `a b`, -1 + 2 * (3 - ceil(@duration)) as x | sort x desc, @timestamp asc | limit 20",
		`filter @message like /a\/b+/ or not strcontains(@message, "\"x\"") and @type in ['a', "b"]`,
		`stats sum(`, `filter`, `| |`, `bin(5m)`, `stats max(coalesce(@x, bin(1h))) by strlen(@message) % 7`,
	} {
		f.Add(q)
	}
	opt, err := Options{Days: 1, Rate: 0.01, Seed: 3}.withDefaults()
	if err != nil {
		f.Fatal(err)
	}
	a := generate(opt)
	f.Fuzz(func(t *testing.T, src string) {
		q, apiErr := parseInsights(src)
		if apiErr != nil {
			return
		}
		run := queryRun{query: q, functions: a.regions[use].functions[:2], start: 0, end: opt.Now.UnixMilli(), view: view{now: opt.Now}, limit: 10, cancelled: func() bool { return false }}
		if rows := run.run(); q.limit == 0 && len(rows) > 10 {
			t.Errorf("%q: %d rows", src, len(rows))
		}
	})
}

// FuzzFilterPattern: no filter pattern crashes.
func FuzzFilterPattern(f *testing.F) {
	for _, p := range []string{`REPORT`, `"REPORT RequestId" -ERROR`, `{ $.type = "platform.report" }`, `{`, `-`, ``} {
		f.Add(p, `{"type":"platform.report","a":{"b":1}}`)
	}
	f.Fuzz(func(_ *testing.T, pattern, message string) {
		if match, err := parsePattern(pattern); err == nil {
			match(message)
		}
	})
}
