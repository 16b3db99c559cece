package awstest

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// s3Operation names the IAM action of a call by what its query asks for.
func s3Operation(c *call) string {
	query := c.http.URL.Query()
	switch {
	case c.http.Method != "GET":
	case c.http.URL.Path == "/":
		return "ListAllMyBuckets"
	case query.Has("metrics"):
		return "GetMetricsConfiguration"
	case query.Has("lifecycle"):
		return "GetLifecycleConfiguration"
	case query.Has("notification"):
		return "GetBucketNotification"
	case query.Has("versioning"):
		return "GetBucketVersioning"
	}
	return ""
}

func xmlReply(v any) (reply, *apiError) {
	b, err := xml.Marshal(v)
	if err != nil {
		return reply{}, &apiError{500, "InternalError", err.Error()}
	}
	return reply{body: append([]byte(xml.Header), b...)}, nil
}

const bucketsAPage = 5 // AWS: 10,000; tests should see pages

type bucketEntry struct {
	Name         string
	CreationDate string
	BucketRegion string
	BucketArn    string
}

func (s *Server) listBuckets(c *call) (reply, *apiError) {
	query := c.http.URL.Query()
	region := c.region
	if asked := query.Get("bucket-region"); asked != "" && asked != c.region {
		return reply{}, &apiError{400, "InvalidArgument", "Argument value " + asked + " is not supported at this endpoint"}
	}
	var all []bucketEntry
	for _, t := range s.acct.region(region).thingsOf("s3") {
		all = append(all, bucketEntry{
			t.name, time.Unix(t.start-90*daySeconds, 0).UTC().Format(time.RFC3339), t.where, t.arn,
		})
	}
	list, next, err := page(all, query.Get("continuation-token"), bucketsAPage)
	if err != nil {
		return reply{}, err
	}
	return xmlReply(struct {
		XMLName           xml.Name      `xml:"ListAllMyBucketsResult"`
		Buckets           []bucketEntry `xml:"Buckets>Bucket"`
		ContinuationToken string        `xml:",omitempty"`
	}{Buckets: list, ContinuationToken: next})
}

// bucketOf finds the bucket in the path.
func (s *Server) bucketOf(c *call) (s3Bucket, *thing, *apiError) {
	name, _, _ := strings.Cut(strings.TrimPrefix(c.http.URL.Path, "/"), "/")
	t := s.acct.region(c.region).thingNamed("s3", name)
	if t == nil {
		return s3Bucket{}, nil, &apiError{404, "NoSuchBucket", "The specified bucket does not exist"}
	}
	return t.spec.(s3Bucket), t, nil
}

type metricsFilter struct {
	Prefix string `xml:",omitempty"`
}

type metricsEntry struct {
	ID     string         `xml:"Id"`
	Filter *metricsFilter `xml:",omitempty"`
}

func (s *Server) bucketMetrics(c *call) (reply, *apiError) {
	b, _, err := s.bucketOf(c)
	if err != nil {
		return reply{}, err
	}
	out := struct {
		XMLName     xml.Name       `xml:"ListMetricsConfigurationsResult"`
		IsTruncated bool           `xml:"IsTruncated"`
		Entries     []metricsEntry `xml:"MetricsConfiguration"`
	}{}
	if b.rest != "" {
		out.Entries = append(out.Entries, metricsEntry{b.rest, &metricsFilter{"uploads/" + PlantedSecret}})
	}
	if b.filter != "" {
		out.Entries = append(out.Entries, metricsEntry{ID: b.filter})
	}
	return xmlReply(out)
}

func (s *Server) bucketLifecycle(c *call) (reply, *apiError) {
	b, _, err := s.bucketOf(c)
	if err != nil {
		return reply{}, err
	}
	var rules strings.Builder
	for _, class := range b.moves {
		fmt.Fprintf(&rules, "<Rule><ID>move</ID><Status>Enabled</Status><Filter><Prefix>%s</Prefix></Filter><Transition><Days>30</Days><StorageClass>%s</StorageClass></Transition><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>", PlantedSecret, class)
	}
	if b.expires {
		rules.WriteString("<Rule><ID>end</ID><Status>Enabled</Status><Filter></Filter><Expiration><Days>365</Days></Expiration></Rule>" +
			"<Rule><ID>off</ID><Status>Disabled</Status><Filter></Filter><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration></Rule>")
	}
	if rules.Len() == 0 {
		return reply{}, &apiError{404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"}
	}
	return reply{body: []byte(xml.Header + "<LifecycleConfiguration>" + rules.String() + "</LifecycleConfiguration>")}, nil
}

func (s *Server) bucketNotification(c *call) (reply, *apiError) {
	b, t, err := s.bucketOf(c)
	if err != nil {
		return reply{}, err
	}
	var out strings.Builder
	event := "<Id>one</Id><Event>s3:ObjectCreated:*</Event>"
	if b.function != "" {
		fmt.Fprintf(&out, "<CloudFunctionConfiguration>%s<CloudFunction>arn:aws:lambda:%s:%s:function:%s:live</CloudFunction></CloudFunctionConfiguration>", event, t.where, AccountID, b.function)
	}
	if b.queue != "" {
		fmt.Fprintf(&out, "<QueueConfiguration>%s<Queue>arn:aws:sqs:%s:%s:%s</Queue></QueueConfiguration>", event, t.where, AccountID, b.queue)
	}
	if b.topic != "" {
		fmt.Fprintf(&out, "<TopicConfiguration>%s<Topic>arn:aws:sns:%s:%s:%s</Topic></TopicConfiguration>", event, t.where, AccountID, b.topic)
	}
	if b.bus {
		out.WriteString("<EventBridgeConfiguration></EventBridgeConfiguration>")
	}
	return reply{body: []byte(xml.Header + "<NotificationConfiguration>" + out.String() + "</NotificationConfiguration>")}, nil
}

func (s *Server) bucketVersioning(c *call) (reply, *apiError) {
	b, _, err := s.bucketOf(c)
	if err != nil {
		return reply{}, err
	}
	out := struct {
		XMLName xml.Name `xml:"VersioningConfiguration"`
		Status  string   `xml:",omitempty"`
	}{}
	if b.versioned {
		out.Status = "Enabled"
	}
	return xmlReply(out)
}
