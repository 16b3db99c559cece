package collect

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// The actions are IAM's, whose names are not always the calls'.
var (
	opListBuckets       = &Operation{Action: "s3:ListAllMyBuckets", PerSecond: 20, Why: "the buckets"}
	opBucketMetrics     = &Operation{Action: "s3:GetMetricsConfiguration", PerSecond: 50, Single: true, Why: "whether a bucket counts its requests"}
	opBucketLifecycle   = &Operation{Action: "s3:GetLifecycleConfiguration", PerSecond: 50, Single: true, Why: "whether a bucket's objects move to cheaper classes, or end"}
	opBucketNotice      = &Operation{Action: "s3:GetBucketNotification", PerSecond: 50, Single: true, Why: "what a bucket's events start"}
	opBucketVersioning  = &Operation{Action: "s3:GetBucketVersioning", PerSecond: 50, Single: true, Why: "whether a bucket keeps old versions"}
	bucketOperations    = []*Operation{opListBuckets, opBucketMetrics, opBucketLifecycle, opBucketNotice, opBucketVersioning}
	noLifecycle         = "NoSuchLifecycleConfiguration"
	directoryBucketTail = "--x-s3" // of buckets of S3 Express, which have lists of their own
)

var _ = registerRoster(&roster{
	name:       "s3",
	operations: bucketOperations,
	list:       listBuckets,
	listFirst:  true, // which storage types a bucket has changes with its objects
	measures:   bucketMeasures,
	recall: func(t *target, dims map[string]string) (store.Resource, bool) {
		name := dims["BucketName"]
		r, err := sealed(t.bucket(name), bucketConfig{})
		return r, err == nil && name != "" && !strings.HasSuffix(name, directoryBucketTail) && dims["FilterId"] == ""
	},
})

// bucketConfig is what is stored of a bucket's settings; what it holds and who
// may read it is not asked for.
type bucketConfig struct {
	// StorageTypes that CloudWatch knows of the bucket; nil: not known.
	StorageTypes []string `json:"storage_types"`
	// MetricsFilter names the request metrics of all objects, empty: none.
	MetricsFilter  string       `json:"metrics_filter,omitempty"`
	Versioned      bool         `json:"versioned,omitempty"`
	LifecycleRules int          `json:"lifecycle_rules,omitempty"` // those enabled
	MovesTo        []string     `json:"moves_to,omitempty"`        // storage classes
	Expires        bool         `json:"expires,omitempty"`
	OldExpire      bool         `json:"old_versions_expire,omitempty"`
	PartsExpire    bool         `json:"parts_expire,omitempty"` // of uploads never completed
	Edges          []model.Edge `json:"edges,omitempty"`
}

// bucket is a bucket by name.
func (t *target) bucket(name string) store.Resource {
	return store.Resource{Key: model.ResourceKey{ID: unit.ResourceID("arn:" + partition(t.region) + ":s3:::" + name), Name: name}}
}

// bucketMeasures are the metrics of a bucket: of storage, those of the types
// that it has.
func bucketMeasures(r *store.Resource) []measure {
	var c bucketConfig
	if decodeConfig(r, &c) != nil {
		c = bucketConfig{} // stored by something else: everything is asked for
	}
	name := dimension{"BucketName", r.Key.Name}
	storage := measure{table: store.S3Storage, dims: []dimension{name}}
	if c.StorageTypes != nil {
		storage.has = func(col *store.MetricColumn) bool { return slices.Contains(c.StorageTypes, col.Value) }
	}
	if c.MetricsFilter == "" {
		return []measure{storage}
	}
	return []measure{storage, {table: store.S3Requests, dims: []dimension{name, {"FilterId", c.MetricsFilter}}}}
}

// s3Client speaks to buckets by path where the endpoint is not AWS's own: an
// emulator or a store in one's own house has no name for each bucket.
func (t *target) s3Client() *s3.Client {
	return s3.NewFromConfig(t.config, func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil && !ofAWS(*o.BaseEndpoint)
	})
}

// ofAWS tells whether a host belongs to AWS, whose names resolve with a
// bucket's in front.
func ofAWS(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn") || strings.HasSuffix(host, ".api.aws")
}

// listBuckets lists the region's buckets.
func listBuckets(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := t.s3Client()
	known, err := t.storageTypes(ctx)
	if err != nil && fatal(err) {
		return err // what else it was is a gap when deleted buckets are looked for
	}
	in := &s3.ListBucketsInput{BucketRegion: aws.String(string(t.region)), MaxBuckets: aws.Int32(1000)}
	for {
		var out *s3.ListBucketsOutput
		err := t.gate.do(ctx, opListBuckets, 0, func(ctx context.Context) (err error) {
			out, err = client.ListBuckets(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, t.own(out.Buckets), func(ctx context.Context, name string) (store.Resource, error) {
			return describeBucket(ctx, t, client, name, known)
		})
		if err != nil {
			return err
		}
		if err := found(page); err != nil {
			return err
		}
		if aws.ToString(out.ContinuationToken) == "" {
			return nil
		}
		in.ContinuationToken = out.ContinuationToken
	}
}

// own are the names of the target's buckets; an endpoint that does not tell
// regions has one.
func (t *target) own(buckets []types.Bucket) []string {
	var out []string
	for i := range buckets {
		if region := aws.ToString(buckets[i].BucketRegion); region == "" || region == string(t.region) {
			out = append(out, aws.ToString(buckets[i].Name))
		}
	}
	return out
}

// storageTypes are the storage types that CloudWatch has of each bucket.
func (t *target) storageTypes(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	err := t.listDimensions(ctx, store.S3Storage.Namespace, "BucketSizeBytes", func(dims map[string]string) {
		name := dims["BucketName"]
		out[name] = addOnce(out[name], dims["StorageType"])
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// describeBucket reads a bucket's settings. What is refused is a gap.
func describeBucket(ctx context.Context, t *target, client *s3.Client, name string, known map[string][]string) (store.Resource, error) {
	r := t.bucket(name)
	var c bucketConfig
	if known != nil {
		c.StorageTypes = append([]string{}, known[name]...)
	}
	for _, detail := range []struct {
		op   *Operation
		read func(context.Context) error
	}{
		{opBucketMetrics, func(ctx context.Context) error { return c.readMetrics(ctx, client, name) }},
		{opBucketLifecycle, func(ctx context.Context) error { return c.readLifecycle(ctx, client, name) }},
		{opBucketNotice, func(ctx context.Context) error { return c.readNotifications(ctx, t, client, name) }},
		{opBucketVersioning, func(ctx context.Context) error { return c.readVersioning(ctx, client, name) }},
	} {
		if err := t.gate.do(ctx, detail.op, 0, detail.read); err != nil {
			if err := t.tolerateFor(ctx, "s3", r.Key.ID, err); err != nil {
				return r, err
			}
		}
	}
	return sealed(r, c)
}

// readMetrics finds the request metrics that count all of the bucket's
// objects.
func (c *bucketConfig) readMetrics(ctx context.Context, client *s3.Client, name string) error {
	in := &s3.ListBucketMetricsConfigurationsInput{Bucket: aws.String(name)}
	for {
		out, err := client.ListBucketMetricsConfigurations(ctx, in)
		if err != nil {
			return err
		}
		for i := range out.MetricsConfigurationList {
			if m := &out.MetricsConfigurationList[i]; m.Filter == nil && c.MetricsFilter == "" {
				c.MetricsFilter = aws.ToString(m.Id)
			}
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextContinuationToken) == "" {
			return nil
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

// errorCode is AWS's code of an error, empty if it has none.
func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func (c *bucketConfig) readLifecycle(ctx context.Context, client *s3.Client, name string) error {
	out, err := client.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String(name)})
	if errorCode(err) == noLifecycle {
		return nil
	}
	if err != nil {
		return err
	}
	for i := range out.Rules {
		rule := &out.Rules[i]
		if rule.Status != types.ExpirationStatusEnabled {
			continue
		}
		c.LifecycleRules++
		c.Expires = c.Expires || rule.Expiration != nil
		c.OldExpire = c.OldExpire || rule.NoncurrentVersionExpiration != nil
		c.PartsExpire = c.PartsExpire || rule.AbortIncompleteMultipartUpload != nil
		for _, move := range rule.Transitions {
			c.MovesTo = addOnce(c.MovesTo, string(move.StorageClass))
		}
		for _, move := range rule.NoncurrentVersionTransitions {
			c.MovesTo = addOnce(c.MovesTo, string(move.StorageClass))
		}
	}
	return nil
}

func (c *bucketConfig) readNotifications(ctx context.Context, t *target, client *s3.Client, name string) error {
	out, err := client.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: aws.String(name)})
	if err != nil {
		return err
	}
	for _, n := range out.LambdaFunctionConfigurations {
		if id, ok := functionARN(aws.ToString(n.LambdaFunctionArn)); ok {
			c.Edges = connected(c.Edges, id, model.EdgeFeeds)
		}
	}
	for _, n := range out.QueueConfigurations {
		c.Edges = connected(c.Edges, unit.ResourceID(aws.ToString(n.QueueArn)), model.EdgeFeeds)
	}
	for _, n := range out.TopicConfigurations {
		c.Edges = connected(c.Edges, unit.ResourceID(aws.ToString(n.TopicArn)), model.EdgeFeeds)
	}
	if out.EventBridgeConfiguration != nil {
		bus := "arn:" + partition(t.region) + ":events:" + string(t.region) + ":" + string(t.account) + ":event-bus/default"
		c.Edges = connected(c.Edges, unit.ResourceID(bus), model.EdgeFeeds)
	}
	return nil
}

func (c *bucketConfig) readVersioning(ctx context.Context, client *s3.Client, name string) error {
	out, err := client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: aws.String(name)})
	if err == nil {
		c.Versioned = out.Status == types.BucketVersioningStatusEnabled
	}
	return err
}
