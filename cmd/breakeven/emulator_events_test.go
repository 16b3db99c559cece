//go:build emulator

package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedtypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// TestEmulatorEvents makes topics, rules and schedules in the emulator and
// compares what the program says of them: what starts what, and what is
// billed.
func TestEmulatorEvents(t *testing.T) {
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const function, queue = "arn:aws:lambda:us-east-1:000000000000:function:behind", "arn:aws:sqs:us-east-1:000000000000:waiting"
	topic := makeTopic(t, sns.NewFromConfig(cfg), function, queue)
	makeRule(t, eventbridge.NewFromConfig(cfg), function)
	makeSchedule(t, scheduler.NewFromConfig(cfg), function)
	cw := cloudwatch.NewFromConfig(cfg)
	put := func(namespace, metric string, value float64, dims ...cwtypes.Dimension) {
		t.Helper()
		_, err := cw.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String(namespace), MetricData: []cwtypes.MetricDatum{{
			MetricName: aws.String(metric), Value: aws.Float64(value), Timestamp: aws.Time(time.Now().Truncate(time.Hour).Add(-3 * time.Hour)), Dimensions: dims,
		}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	dim := func(name, value string) cwtypes.Dimension {
		return cwtypes.Dimension{Name: aws.String(name), Value: aws.String(value)}
	}
	put("AWS/SNS", "NumberOfMessagesPublished", 1, dim("TopicName", "shout"))
	put("AWS/SNS", "PublishSize", 70_000, dim("TopicName", "shout"))
	put("AWS/Events", "PutEventsEntriesCount", 12)
	put("AWS/Events", "PutEventsRequestSize", 9000)
	put("AWS/Events", "Invocations", 7, dim("EventBusName", "shop"), dim("RuleName", "placed"))
	put("AWS/Scheduler", "InvocationAttemptCount", 5, dim("ScheduleGroup", "jobs"))

	db := filepath.Join(t.TempDir(), "emulator.duckdb")
	runCollect(t, db)
	runCollect(t, db)

	const arn = "arn:aws:events:us-east-1:000000000000:"
	calls := `{"to":"` + function + `","kind":"invokes"}`
	for id, want := range map[string]struct{ edges, billed string }{
		topic:                    {`[` + calls + `,{"to":"` + queue + `","kind":"feeds"}]`, "standard-publish 2"},
		arn + "rule/shop/placed": {`[` + calls + `,{"from":"` + arn + `event-bus/shop","kind":"feeds"}]`, ""},
		arn + "put-events":       {`[{"to":"` + arn + `event-bus/shop","kind":"feeds"}]`, "custom-events 12"},
		"arn:aws:scheduler:us-east-1:000000000000:schedule/jobs/sync":  {`[` + calls + `,{"from":"arn:aws:scheduler:us-east-1:000000000000:schedule-group/jobs","kind":"feeds"}]`, ""},
		"arn:aws:scheduler:us-east-1:000000000000:schedule-group/jobs": {"null", "scheduler-invocations 5"},
	} {
		var got struct {
			Rows []struct {
				Edges  string `json:"edges"`
				Billed string `json:"billed"`
			} `json:"rows"`
		}
		query(t, db, `SELECT coalesce(r.config->'$.edges', 'null')::VARCHAR AS edges,
			coalesce((SELECT string_agg(dimension || ' ' || quantity::INTEGER, ', ' ORDER BY dimension) FROM hourly_costs h WHERE h.resource_id = r.resource_id), '') AS billed
			FROM resources r WHERE r.resource_id = '`+id+`'`, &got)
		if len(got.Rows) != 1 || got.Rows[0].Edges != want.edges || got.Rows[0].Billed != want.billed {
			t.Errorf("%s: got %+v, want %+v", id, got.Rows, want)
		}
	}
}

func makeTopic(t *testing.T, client *sns.Client, function, queue string) string {
	t.Helper()
	made, err := client.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("shout")})
	if err != nil {
		t.Fatal(err)
	}
	for protocol, endpoint := range map[string]string{"lambda": function, "sqs": queue, "email": "somebody@example.com"} {
		_, err := client.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: made.TopicArn, Protocol: aws.String(protocol), Endpoint: aws.String(endpoint)})
		if err != nil {
			t.Fatal(err)
		}
	}
	return aws.ToString(made.TopicArn)
}

func makeRule(t *testing.T, client *eventbridge.Client, function string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := client.CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("shop")})
	must(err)
	_, err = client.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("placed"), EventBusName: aws.String("shop"), EventPattern: aws.String(`{"source":["shop"]}`)})
	must(err)
	_, err = client.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("placed"), EventBusName: aws.String("shop"), Targets: []ebtypes.Target{{Id: aws.String("1"), Arn: aws.String(function)}}})
	must(err)
}

func makeSchedule(t *testing.T, client *scheduler.Client, function string) {
	t.Helper()
	_, err := client.CreateScheduleGroup(t.Context(), &scheduler.CreateScheduleGroupInput{Name: aws.String("jobs")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateSchedule(t.Context(), &scheduler.CreateScheduleInput{
		Name: aws.String("sync"), GroupName: aws.String("jobs"), ScheduleExpression: aws.String("rate(15 minutes)"),
		FlexibleTimeWindow: &schedtypes.FlexibleTimeWindow{Mode: schedtypes.FlexibleTimeWindowModeOff},
		Target:             &schedtypes.Target{Arn: aws.String(function), RoleArn: aws.String("arn:aws:iam::000000000000:role/scheduler")},
	})
	if err != nil {
		t.Fatal(err)
	}
}
