package collect

import (
	"context"
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// partition of a region in an ARN.
func partition(r unit.Region) string {
	switch {
	case r.InChina():
		return "aws-cn"
	case strings.HasPrefix(string(r), "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

const insightsSpace = "LambdaInsights"

// subject is the function as the engine sees it: Invocations tell when it was
// alive, and its configuration which metrics it can have.
func (f *lambdaFleet) subject(fn *function) *subject {
	probe := lambdaSeries(fn, "Invocations", "Sum")
	return &subject{
		res: fn.res, ref: fn.ref, table: store.LambdaMetrics.Name, group: store.LambdaMetrics.Group,
		width: len(store.LambdaMetrics.Columns), probe: &probe,
		// Provisioned concurrency and stream readers have points while
		// nothing is invoked, and a function whose reserved concurrency is 0
		// is throttled without ever running.
		restless: len(fn.config.Provisioned) > 0 || fn.config.Stream || fn.config.ReservedConcurrency == 0,
		series:   func(w model.Window) []series { return f.series(fn, w) },
		ready: func(ctx context.Context) error {
			_, err := f.rare.get(ctx)
			return err
		},
	}
}

// lambdaSeries is one statistic of the function as a whole.
func lambdaSeries(fn *function, metric, stat string) series {
	for c, col := range store.LambdaMetrics.Columns {
		if col.Metric == metric && col.Stat == stat {
			return series{
				namespace: lambdaSpace, metric: metric, stat: stat, column: c,
				dims: []dimension{{"FunctionName", fn.res.Key.Name}},
			}
		}
	}
	return series{namespace: lambdaSpace, metric: metric, stat: stat, dims: []dimension{{"FunctionName", fn.res.Key.Name}}}
}

// series lists what a window of the function is asked for: the table's
// columns, less those of metrics that the function cannot have. Columns of a
// metric stand side by side in the table, and so do their series.
func (f *lambdaFleet) series(fn *function, w model.Window) []series {
	rare := &f.rare.value // kept by now, see subject.ready
	name := fn.res.Key.Name
	var out []series
	for c, col := range store.LambdaMetrics.Columns {
		s := series{namespace: lambdaSpace, metric: col.Metric, stat: col.Stat, column: c}
		switch {
		case isInsightsMetric(col.Metric):
			if !fn.config.Insights {
				continue
			}
			s.namespace, s.dims = insightsSpace, []dimension{{"function_name", name}}
		case strings.HasPrefix(col.Metric, "Provisioned"):
			out = append(out, provisionedSeries(s, name, fn.qualifiers(rare))...)
			continue
		case isRare(col.Metric) && !rare.exists(col.Metric, fn, w, f.Now):
			continue
		default:
			s.dims = []dimension{{"FunctionName", name}}
		}
		out = append(out, s)
	}
	return out
}

// isInsightsMetric tells Lambda Insights' names (used_memory_max) from
// Lambda's own (Duration).
func isInsightsMetric(metric string) bool {
	return metric != "" && metric[0] >= 'a' && metric[0] <= 'z'
}

func isRare(metric string) bool {
	for _, m := range rareLambdaMetrics {
		if m == metric {
			return true
		}
	}
	return false
}

// qualifiers are the aliases and versions with provisioned concurrency.
func (fn *function) qualifiers(rare *rareMetrics) []string {
	seen := map[string]bool{}
	for _, q := range rare.aliases[fn.res.Key.Name] {
		seen[q] = true
	}
	for _, p := range fn.config.Provisioned {
		seen[p.Qualifier] = true
	}
	return sortedKeys(seen)
}

// provisionedSeries asks each alias for its part: counts add up, levels take
// the highest.
func provisionedSeries(s series, name string, qualifiers []string) []series {
	out := make([]series, 0, len(qualifiers))
	for _, q := range qualifiers {
		one := s
		one.dims = []dimension{{"FunctionName", name}, {"Resource", name + ":" + q}}
		one.merge = mergeMax
		if s.stat == "Sum" {
			one.merge = mergeSum
		}
		out = append(out, one)
	}
	return out
}

// heard hears from a probe in which hours a function was alive: its REPORT
// lines are looked for there.
func (f *lambdaFleet) heard(s *subject, cover, alive model.Window) {
	f.queue.hear(s.ref, cover, alive)
}

// accountSubject is the region as a whole: the dimensionless metrics, with
// which doctor proves that no function is missing.
func (t *target) accountSubject() *subject {
	table := store.LambdaAccountMetrics
	return &subject{
		res: store.Resource{
			Key:    model.ResourceKey{Account: t.account, Region: t.region, Service: lambdaName},
			SeenAt: t.Now, Origin: originLists,
		},
		table: table.Name, group: table.Group, width: len(table.Columns),
		series: func(model.Window) []series {
			out := make([]series, len(table.Columns))
			for c, col := range table.Columns {
				out[c] = series{namespace: lambdaSpace, metric: col.Metric, stat: col.Stat, column: c}
			}
			return out
		},
	}
}

// collectAccount fetches the metrics of the region as a whole.
func (t *target) collectAccount(ctx context.Context) error {
	s := t.accountSubject()
	err := t.sink.do(ctx, func(ctx context.Context, st Store) error {
		refs, err := st.PutResources(ctx, []store.Resource{s.res})
		if err == nil {
			s.ref = refs[0]
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("writing the inventory: %w", err)
	}
	subjects := make(chan []*subject, 1)
	subjects <- []*subject{s}
	close(subjects)
	return t.collectMetrics(ctx, subjects, nil)
}
