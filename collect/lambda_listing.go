package collect

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// rareLambdaMetrics exist for few functions; ListMetrics, which is free, tells
// for which. Asking for them blindly would nearly double the bill.
var rareLambdaMetrics = []string{"AsyncEventAge", "AsyncEventsReceived", "DeadLetterErrors", "IteratorAge", "UrlRequestCount"}

// provisionedSign is the metric whose alias dimensions show provisioned
// concurrency.
const provisionedSign = "ProvisionedConcurrencyUtilization"

// listMemory is how long ListMetrics remembers a metric without data
// (CloudWatch API reference, ListMetrics).
const listMemory = 14 * 24 * time.Hour

// rareMetrics is what ListMetrics knows.
type rareMetrics struct {
	// unknown is true where listing was refused: anything may exist.
	unknown bool
	// functions that have a metric, by metric.
	functions map[string]map[string]bool
	// aliases with provisioned concurrency, by function.
	aliases map[string][]string
	// active lists the functions with Invocations lately; nil if not asked.
	active map[string]bool
}

// listRare asks which functions have which of the rare metrics, and which
// were invoked lately.
func (f *lambdaFleet) listRare(ctx context.Context) error {
	out := rareMetrics{functions: map[string]map[string]bool{}, aliases: map[string][]string{}}
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	for _, metric := range append([]string{"Invocations", provisionedSign}, rareLambdaMetrics...) {
		if metric == "Invocations" && f.fresh {
			continue // only discovery and old windows need it
		}
		g.Go(func() error {
			return f.listMetric(gctx, metric, func(name, resource string) {
				mu.Lock()
				defer mu.Unlock()
				out.note(metric, name, resource)
			})
		})
	}
	err := g.Wait()
	if err != nil {
		out.unknown = true
	} else if !f.fresh && out.active == nil {
		out.active = map[string]bool{}
	}
	f.rare.keep(out)
	if err != nil {
		return f.gapFor(ctx, lambdaName, opListMetrics.Action, err)
	}
	return nil
}

func (r *rareMetrics) note(metric, name, resource string) {
	_, alias, _ := strings.Cut(resource, ":")
	switch {
	case metric == provisionedSign:
		if alias != "" {
			r.aliases[name] = append(r.aliases[name], alias)
		}
	case resource != "":
		// the same events again, by alias or version
	case metric == "Invocations":
		if r.active == nil {
			r.active = map[string]bool{}
		}
		r.active[name] = true
	default:
		if r.functions[metric] == nil {
			r.functions[metric] = map[string]bool{}
		}
		r.functions[metric][name] = true
	}
}

// listMetric pages through the dimension sets of a metric that name a
// function and nothing but, perhaps, an alias or version.
func (f *lambdaFleet) listMetric(ctx context.Context, metric string, found func(name, resource string)) error {
	in := &cloudwatch.ListMetricsInput{Namespace: aws.String(lambdaSpace), MetricName: aws.String(metric)}
	if f.Now.Sub(f.Window.From) < 3*time.Hour-10*time.Minute {
		in.RecentlyActive = cwtypes.RecentlyActivePt3h
	}
	for {
		var out *cloudwatch.ListMetricsOutput
		err := f.gate.do(ctx, opListMetrics, 0, func(ctx context.Context) (err error) {
			out, err = f.cloudwatch.ListMetrics(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.Metrics {
			dims := map[string]string{}
			for _, d := range out.Metrics[i].Dimensions {
				dims[aws.ToString(d.Name)] = aws.ToString(d.Value)
			}
			name, resource := dims["FunctionName"], dims["Resource"]
			if name != "" && (len(dims) == 1 || len(dims) == 2 && resource != "") {
				found(name, resource)
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

// exists reports whether a function can have a rare metric in a window. What
// ListMetrics forgot may still have points in an old window.
func (r *rareMetrics) exists(metric string, fn *function, w model.Window, now time.Time) bool {
	if metric == "IteratorAge" && !fn.config.Stream && fn.res.Origin == originLists {
		return r.functions[metric][fn.res.Key.Name]
	}
	if r.unknown || r.functions[metric][fn.res.Key.Name] {
		return true
	}
	return w.From.Before(now.Add(-listMemory)) && r.active != nil && !r.active[fn.res.Key.Name]
}

// logGroup is what DescribeLogGroups knows of one.
type logGroup struct {
	name        string
	storedBytes int64
	retention   time.Duration // 0: for ever
	created     time.Time
}

// listLogGroups lists the region's log groups: those of Lambda tell of
// functions deleted long ago, and all tell what a query would scan.
func (f *lambdaFleet) listLogGroups(ctx context.Context) error {
	groups, err := f.describeLogGroups(ctx)
	f.groups.keep(groups)
	if err != nil {
		return f.gapFor(ctx, lambdaName, opDescribeLogGroups.Action, err)
	}
	return nil
}

// describeLogGroups pages through the log groups; nil with an error.
func (t *target) describeLogGroups(ctx context.Context) (map[string]logGroup, error) {
	out := map[string]logGroup{}
	in := &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(50)}
	for {
		var page *cloudwatchlogs.DescribeLogGroupsOutput
		err := t.gate.do(ctx, opDescribeLogGroups, 0, func(ctx context.Context) (err error) {
			page, err = t.logs.DescribeLogGroups(ctx, in)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, g := range page.LogGroups {
			name := aws.ToString(g.LogGroupName)
			out[name] = logGroup{
				name: name, storedBytes: aws.ToInt64(g.StoredBytes),
				retention: time.Duration(aws.ToInt32(g.RetentionInDays)) * 24 * time.Hour,
				created:   time.UnixMilli(aws.ToInt64(g.CreationTime)).UTC(),
			}
		}
		if aws.ToString(page.NextToken) == "" {
			return out, nil
		}
		in.NextToken = page.NextToken
	}
}

// markDeleted writes down which stored functions are no longer listed.
func (f *lambdaFleet) markDeleted(ctx context.Context, listed map[string]bool) error {
	var gone []store.Resource
	for _, name := range sortedKeys(f.stored) {
		fn := f.stored[name]
		if !listed[name] && !fn.res.Deleted && fn.res.Origin == originLists {
			fn.res.Deleted = true
			gone = append(gone, fn.res)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return f.sink.post(ctx, func(ctx context.Context, st Store) error {
		_, err := st.PutResources(ctx, gone)
		return err
	})
}

const lambdaLogPrefix = "/aws/lambda/"

// emitUnlisted sends on functions that inventory does not list.
func (f *lambdaFleet) emitUnlisted(ctx context.Context, listed map[string]bool) error {
	fns, err := f.unlistedFunctions(ctx, listed)
	if err != nil {
		return err
	}
	return f.emit(ctx, fns)
}

// unlistedFunctions are those that inventory does not list but that may stand
// on this month's bill: ListMetrics knows those invoked within 14 days, a log
// group those before. One that stood in the database already is asked for
// again only while ListMetrics knows it.
func (f *lambdaFleet) unlistedFunctions(ctx context.Context, listed map[string]bool) ([]*function, error) {
	rare, err := f.rare.get(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := f.groups.get(ctx)
	if err != nil {
		return nil, err
	}
	origins := map[string]string{}
	for name := range rare.active {
		origins[name] = originMetric
	}
	for group := range groups {
		name, ok := strings.CutPrefix(group, lambdaLogPrefix)
		if ok && plainName(name) && origins[name] == "" && f.stored[name] == nil {
			origins[name] = originLogs
		}
	}
	var out []*function
	for _, name := range sortedKeys(origins) {
		if listed[name] {
			continue
		}
		fn := f.stored[name]
		if fn == nil {
			fn = f.unlisted(name, origins[name])
			if err := fn.seal(); err != nil {
				return nil, err
			}
		} else if f.passed[name] {
			continue // sent with the stored inventory, before it was found missing
		}
		fn.res.SeenAt = f.Now
		out = append(out, fn)
	}
	return out, nil
}

// plainName reports whether a log group's last part can be a function's name;
// Lambda@Edge prefixes its replicas with a region.
func plainName(name string) bool {
	return name != "" && len(name) <= 64 && !strings.ContainsAny(name, "/.:")
}

// unlisted is a function of which nothing but the name is known.
func (f *lambdaFleet) unlisted(name, origin string) *function {
	return &function{
		res: store.Resource{
			Key: model.ResourceKey{
				Account: f.account, Region: f.region, Service: lambdaName, Name: name,
				ID: unit.ResourceID(fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", partition(f.region), f.region, f.account, name)),
			},
			SeenAt: f.Now, Origin: origin, Deleted: true,
		},
		config: lambdaConfig{FunctionConfig: model.FunctionConfig{
			LogGroup: lambdaLogPrefix + name, LogFormat: "Text", ReservedConcurrency: -1,
		}},
	}
}
