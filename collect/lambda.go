package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// Lambda functions: their inventory and metrics here, their REPORT lines in
// lambda_reports.go.
var _ = register(&service{
	name: "lambda",
	operations: []*Operation{
		opListFunctions, opListMappings, opListProvisioned, opAccountSettings, opGetReserved, opListTags,
		opDescribeLogGroups, opStartQuery, opGetQueryResults, opStopQuery, opFilterLogEvents,
	},
	collect: collectLambda,
	plan:    planLambda,
})

const (
	lambdaName   = "lambda"
	lambdaSpace  = "AWS/Lambda"
	originLists  = "inventory"
	originMetric = "metrics"
	originLogs   = "logs"
)

// function is a Lambda function as far as collecting needs to know it.
type function struct {
	res    store.Resource
	ref    store.Ref
	config lambdaConfig
}

// lambdaConfig is what is stored of a function's configuration: what the
// model reads, and what tells which metrics can exist. Values of environment
// variables are never read into it.
type lambdaConfig struct {
	model.FunctionConfig
	Description string   `json:"description,omitempty"`
	Handler     string   `json:"handler,omitempty"`
	Layers      []string `json:"layers,omitempty"`
	DeadLetters bool     `json:"dead_letters,omitempty"`
	// Stream is true where an event source mapping reads a stream, which is
	// what has an iterator age.
	Stream bool `json:"stream,omitempty"`
	// Edges are what feeds it, what it feeds, and where its log goes.
	Edges []model.Edge `json:"edges,omitempty"`
}

// lambdaFleet is what one target's Lambda collection shares.
type lambdaFleet struct {
	*target
	stored   map[string]*function // by name, as the database knew them
	passed   map[string]bool      // of them, those sent on in this run
	rare     *promise[rareMetrics]
	groups   *promise[map[string]logGroup]
	subjects chan []*subject

	listed []*function // by ListFunctions, in this run
	// fresh is true where the stored inventory is young enough as it is.
	fresh bool
	queue reportQueue
}

func newLambdaFleet(t *target) *lambdaFleet {
	return &lambdaFleet{
		target: t, stored: map[string]*function{}, passed: map[string]bool{},
		rare: newPromise[rareMetrics](), groups: newPromise[map[string]logGroup](),
		subjects: make(chan []*subject, 4),
	}
}

// collectLambda brings one account and region up to date. Fetching starts
// from the stored inventory at once, while discovery refreshes it and sends
// on what is new.
func collectLambda(ctx context.Context, t *target) error {
	f := newLambdaFleet(t)
	newest, err := f.load(ctx)
	if err != nil {
		return err
	}
	f.fresh = t.InventoryAge > 0 && newest.Add(t.InventoryAge).After(t.Now)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return f.listRare(gctx) })
	g.Go(func() error { return f.listLogGroups(gctx) })
	g.Go(func() error {
		err := f.discover(gctx)
		close(f.subjects)
		if err != nil {
			return err
		}
		return f.readTags(gctx) // while metrics are fetched
	})
	g.Go(func() error { return t.collectMetrics(gctx, f.subjects, f.heard) })
	g.Go(func() error { return t.collectAccount(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return f.collectReports(ctx)
}

// load reads the stored inventory and tells when it was last refreshed.
func (f *lambdaFleet) load(ctx context.Context) (newest time.Time, err error) {
	var all []store.Resource
	err = f.sink.do(ctx, func(ctx context.Context, st Store) (err error) {
		all, err = st.Resources(ctx, lambdaName)
		return err
	})
	if err != nil {
		return newest, fmt.Errorf("reading the stored inventory: %w", err)
	}
	return f.keep(all), nil
}

// keep takes this target's part of the stored inventory.
func (f *lambdaFleet) keep(all []store.Resource) (newest time.Time) {
	for _, r := range all {
		if r.Key.Account != f.account || r.Key.Region != f.region {
			continue
		}
		fn := &function{res: r, ref: r.Ref}
		if json.Unmarshal(r.Config, &fn.config) != nil || fn.config.LogGroup == "" {
			continue // written by an import: discovery brings the rest
		}
		f.stored[r.Key.Name] = fn
		if r.Origin == originLists {
			newest = later(newest, r.SeenAt)
		}
	}
	return newest
}

// discover sends the functions of this target on, the stored ones first.
func (f *lambdaFleet) discover(ctx context.Context) error {
	var cached []*function
	for _, name := range sortedKeys(f.stored) {
		if fn := f.stored[name]; !fn.res.Deleted && fn.res.Origin == originLists {
			cached = append(cached, fn)
		}
	}
	for _, fn := range cached {
		f.passed[fn.res.Key.Name] = true
	}
	if err := f.pass(ctx, cached); err != nil {
		return err
	}
	if f.fresh {
		return nil
	}
	listed, err := f.list(ctx)
	if err != nil {
		return f.gapFor(ctx, lambdaName, operationOf(err, opListFunctions), err)
	}
	if err := f.markDeleted(ctx, listed); err != nil {
		return err
	}
	return f.emitUnlisted(ctx, listed)
}

// operationOf is the operation that err concerns.
func operationOf(err error, otherwise *Operation) string {
	var fail *Failure
	if errors.As(err, &fail) {
		return fail.Operation
	}
	return otherwise.Action
}

// emit stores functions and passes them on.
func (f *lambdaFleet) emit(ctx context.Context, fns []*function) error {
	if len(fns) == 0 {
		return nil
	}
	rs := make([]store.Resource, len(fns))
	for i, fn := range fns {
		rs[i] = fn.res
	}
	var refs []store.Ref
	err := f.sink.do(ctx, func(ctx context.Context, st Store) (err error) {
		refs, err = st.PutResources(ctx, rs)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing the inventory: %w", err)
	}
	for i, fn := range fns {
		fn.ref = refs[i]
	}
	return f.pass(ctx, fns)
}

// pass sends functions on to have their metrics fetched.
func (f *lambdaFleet) pass(ctx context.Context, fns []*function) error {
	if len(fns) == 0 {
		return nil
	}
	out := make([]*subject, len(fns))
	for i, fn := range fns {
		out[i] = f.subject(fn)
	}
	f.queue.add(fns)
	f.progress.find(len(fns))
	return send(ctx, f.subjects, out)
}

// list stores what ListFunctions knows, page by page, and sends on what the
// stored inventory did not.
func (f *lambdaFleet) list(ctx context.Context) (map[string]bool, error) {
	mapped, err := f.mappings(ctx)
	if err != nil {
		return nil, err
	}
	reserved := f.anyReserved(ctx)
	listed := map[string]bool{}
	err = f.pages(ctx, mapped, func(page []*function) error {
		for _, fn := range page {
			listed[fn.res.Key.Name] = true
		}
		if err := f.detail(ctx, page, reserved); err != nil {
			return err
		}
		return f.accept(ctx, page)
	})
	return listed, err
}

// pages calls found with each page of ListFunctions.
func (f *lambdaFleet) pages(ctx context.Context, mapped map[string]mapping, found func([]*function) error) error {
	in := &lambda.ListFunctionsInput{MaxItems: aws.Int32(50)}
	for {
		var out *lambda.ListFunctionsOutput
		err := f.gate.do(ctx, opListFunctions, 0, func(ctx context.Context) (err error) {
			out, err = f.lambda.ListFunctions(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page := make([]*function, len(out.Functions))
		for i := range out.Functions {
			page[i] = f.fromConfiguration(&out.Functions[i], mapped)
		}
		if err := found(page); err != nil {
			return err
		}
		if aws.ToString(out.NextMarker) == "" {
			return nil
		}
		in.Marker = out.NextMarker
	}
}

// accept stores a page. Functions that were sent from the stored inventory
// are only written again; the others go on to be fetched.
func (f *lambdaFleet) accept(ctx context.Context, page []*function) error {
	var fresh []*function
	var known []store.Resource
	for _, fn := range page {
		if f.passed[fn.res.Key.Name] {
			known = append(known, fn.res)
			continue
		}
		fresh = append(fresh, fn)
	}
	if len(known) > 0 {
		err := f.sink.post(ctx, func(ctx context.Context, st Store) error {
			_, err := st.PutResources(ctx, known)
			return err
		})
		if err != nil {
			return err
		}
	}
	f.listed = append(f.listed, page...)
	return f.emit(ctx, fresh)
}

// fromConfiguration keeps what is needed of a configuration, and no secret:
// of environment variables the names.
func (f *lambdaFleet) fromConfiguration(c *types.FunctionConfiguration, mapped map[string]mapping) *function {
	name := aws.ToString(c.FunctionName)
	modified, _ := time.Parse("2006-01-02T15:04:05.000-0700", aws.ToString(c.LastModified))
	fn := &function{config: lambdaConfig{
		FunctionConfig: model.FunctionConfig{
			ValidFrom: modified.UTC(), Architecture: unit.X86,
			Memory:           unit.MiB(aws.ToInt32(c.MemorySize)),
			EphemeralStorage: 512,
			Timeout:          time.Duration(aws.ToInt32(c.Timeout)) * time.Second,
			Runtime:          string(c.Runtime), PackageType: string(c.PackageType), CodeSize: c.CodeSize,
			LogGroup: "/aws/lambda/" + name, LogFormat: "Text",
			ReservedConcurrency: -1,
		},
		Description: aws.ToString(c.Description), Handler: aws.ToString(c.Handler),
	}}
	fn.optional(c)
	m := mapped[name]
	fn.config.EventSource, fn.config.Stream = m.any(), m.stream
	fn.config.Edges = fn.edges(f.target, c, m)
	fn.res = store.Resource{
		Key: model.ResourceKey{
			Account: f.account, Region: f.region, Service: lambdaName,
			ID: unit.ResourceID(aws.ToString(c.FunctionArn)), Name: name,
		},
		ValidFrom: modified.UTC(), SeenAt: f.Now, Origin: originLists,
	}
	return fn
}

// optional copies the parts of a configuration that may be absent.
func (fn *function) optional(c *types.FunctionConfiguration) {
	k := &fn.config
	if len(c.Architectures) > 0 {
		k.Architecture = unit.Architecture(c.Architectures[0])
	}
	if c.EphemeralStorage != nil {
		k.EphemeralStorage = unit.MiB(aws.ToInt32(c.EphemeralStorage.Size))
	}
	if s := c.SnapStart; s != nil {
		k.SnapStart = s.ApplyOn == types.SnapStartApplyOnPublishedVersions
	}
	k.InVPC = c.VpcConfig != nil && aws.ToString(c.VpcConfig.VpcId) != ""
	k.Tracing = c.TracingConfig != nil && c.TracingConfig.Mode == types.TracingModeActive
	k.DeadLetters = c.DeadLetterConfig != nil && aws.ToString(c.DeadLetterConfig.TargetArn) != ""
	if l := c.LoggingConfig; l != nil {
		if g := aws.ToString(l.LogGroup); g != "" {
			k.LogGroup = g
		}
		if l.LogFormat != "" {
			k.LogFormat = string(l.LogFormat)
		}
		// Below INFO the platform's report is not written (Lambda developer
		// guide, "Configuring advanced logging controls").
		k.ReportsDropped = k.LogFormat == "JSON" && l.SystemLogLevel == types.SystemLogLevelWarn
	}
	for _, l := range c.Layers {
		arn := aws.ToString(l.Arn)
		k.Layers = append(k.Layers, arn)
		k.Insights = k.Insights || strings.Contains(arn, ":layer:LambdaInsightsExtension")
	}
	if c.Environment != nil {
		k.EnvNames = sortedKeys(c.Environment.Variables)
	}
}

// seal puts the configuration into the resource to be stored.
func (fn *function) seal() error {
	b, err := json.Marshal(fn.config)
	if err != nil {
		return fmt.Errorf("encoding the configuration of %s: %w", fn.res.Key.Name, err)
	}
	fn.res.Config = b
	return nil
}

// edges lists what the configuration says about connections.
func (fn *function) edges(t *target, c *types.FunctionConfiguration, m mapping) []model.Edge {
	var out []model.Edge
	for _, source := range m.sources {
		if source == "" {
			continue // a Kafka of one's own has no ARN
		}
		out = append(out, model.Edge{From: unit.ResourceID(source), Kind: model.EdgeFeeds})
	}
	out = append(out, model.Edge{To: t.logGroupID(fn.config.LogGroup), Kind: model.EdgeLogs})
	if d := c.DeadLetterConfig; d != nil && aws.ToString(d.TargetArn) != "" {
		out = append(out, model.Edge{To: unit.ResourceID(aws.ToString(d.TargetArn)), Kind: model.EdgeDeadLetter})
	}
	slices.SortFunc(out, model.CompareEdges)
	return slices.Compact(out)
}

// logGroupID is the ARN of a log group by name.
func (t *target) logGroupID(name string) unit.ResourceID {
	return unit.ResourceID(fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s", partition(t.region), t.region, t.account, name))
}

// mapping tells what event sources feed a function.
type mapping struct {
	sources []string // ARNs
	stream  bool
}

func (m mapping) any() bool { return len(m.sources) > 0 }

// mappings lists the region's event source mappings by function name.
func (f *lambdaFleet) mappings(ctx context.Context) (map[string]mapping, error) {
	out := map[string]mapping{}
	in := &lambda.ListEventSourceMappingsInput{}
	for {
		var page *lambda.ListEventSourceMappingsOutput
		err := f.gate.do(ctx, opListMappings, 0, func(ctx context.Context) (err error) {
			page, err = f.lambda.ListEventSourceMappings(ctx, in)
			return err
		})
		if err != nil {
			// Without them the iterator age of streams is not asked for.
			return out, f.gapFor(ctx, lambdaName, opListMappings.Action, err)
		}
		for i := range page.EventSourceMappings {
			m := &page.EventSourceMappings[i]
			name := functionName(aws.ToString(m.FunctionArn))
			source := aws.ToString(m.EventSourceArn)
			was := out[name]
			stream := strings.Contains(source, ":kinesis:") || strings.Contains(source, ":dynamodb:")
			out[name] = mapping{sources: append(was.sources, source), stream: was.stream || stream}
		}
		if aws.ToString(page.NextMarker) == "" {
			return out, nil
		}
		in.Marker = page.NextMarker
	}
}

// functionName is the name in a function's ARN, without its qualifier.
func functionName(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) < 7 {
		return arn
	}
	return parts[6]
}

// anyReserved asks whether any function has reserved concurrency: the account
// then has less unreserved concurrency than its limit. If it cannot be asked,
// the answer is yes.
func (f *lambdaFleet) anyReserved(ctx context.Context) bool {
	var out *lambda.GetAccountSettingsOutput
	err := f.gate.do(ctx, opAccountSettings, 0, func(ctx context.Context) (err error) {
		out, err = f.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
		return err
	})
	if err != nil || out.AccountLimit == nil || out.AccountLimit.UnreservedConcurrentExecutions == nil {
		return true
	}
	return *out.AccountLimit.UnreservedConcurrentExecutions < out.AccountLimit.ConcurrentExecutions
}

// detail adds what takes a call for each function: reserved and provisioned
// concurrency. It asks for functions that are new or changed; what
// was stored of the others still holds.
func (f *lambdaFleet) detail(ctx context.Context, page []*function, reserved bool) error {
	rare, err := f.rare.get(ctx)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, fn := range page {
		old := f.stored[fn.res.Key.Name]
		same := old != nil && old.config.ValidFrom.Equal(fn.config.ValidFrom)
		if old != nil {
			fn.res.Tags, fn.res.App = old.res.Tags, old.res.App
		}
		if same {
			fn.config.ReservedConcurrency = old.config.ReservedConcurrency
		} else if reserved {
			g.Go(func() error { return f.reserved(ctx, fn) })
		}
		if _, ok := rare.aliases[fn.res.Key.Name]; ok {
			g.Go(func() error { return f.provisioned(ctx, fn) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, fn := range page {
		if err := fn.seal(); err != nil {
			return err
		}
	}
	return nil
}

// tolerate turns a missing permission for a detail into a gap.
func (f *lambdaFleet) tolerate(ctx context.Context, op *Operation, err error) error {
	if kindOf(err) == kindOther {
		return nil // the function is gone by now
	}
	return f.gapFor(ctx, lambdaName, op.Action, err)
}

func (f *lambdaFleet) reserved(ctx context.Context, fn *function) error {
	var out *lambda.GetFunctionConcurrencyOutput
	err := f.gate.do(ctx, opGetReserved, 0, func(ctx context.Context) (err error) {
		out, err = f.lambda.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String(fn.res.Key.Name)})
		return err
	})
	if err != nil {
		return f.tolerate(ctx, opGetReserved, err)
	}
	if n := out.ReservedConcurrentExecutions; n != nil {
		fn.config.ReservedConcurrency = int(*n)
	}
	return nil
}

func (f *lambdaFleet) provisioned(ctx context.Context, fn *function) error {
	in := &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: aws.String(fn.res.Key.Name)}
	var list []model.ProvisionedConfig
	for {
		var out *lambda.ListProvisionedConcurrencyConfigsOutput
		err := f.gate.do(ctx, opListProvisioned, 0, func(ctx context.Context) (err error) {
			out, err = f.lambda.ListProvisionedConcurrencyConfigs(ctx, in)
			return err
		})
		if err != nil {
			return f.tolerate(ctx, opListProvisioned, err)
		}
		for _, p := range out.ProvisionedConcurrencyConfigs {
			arn := aws.ToString(p.FunctionArn)
			list = append(list, model.ProvisionedConfig{
				Qualifier: arn[strings.LastIndexByte(arn, ':')+1:],
				Allocated: int(aws.ToInt32(p.AllocatedProvisionedConcurrentExecutions)),
			})
		}
		if aws.ToString(out.NextMarker) == "" {
			break
		}
		in.Marker = out.NextMarker
	}
	slices.SortFunc(list, func(a, b model.ProvisionedConfig) int { return strings.Compare(a.Qualifier, b.Qualifier) })
	fn.config.Provisioned = list
	return nil
}
