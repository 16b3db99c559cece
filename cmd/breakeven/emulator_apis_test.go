//go:build emulator

package main

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// TestEmulatorAPIs makes APIs and state machines in the emulator and compares
// what the program says of them: what calls what, and what is billed.
func TestEmulatorAPIs(t *testing.T) {
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const function = "arn:aws:lambda:us-east-1:000000000000:function:behind"
	rest := makeRESTAPI(t, apigateway.NewFromConfig(cfg), function)
	http, socket := makeV2APIs(t, apigatewayv2.NewFromConfig(cfg), function)
	standard, express := makeMachines(t, sfn.NewFromConfig(cfg), function)
	cw := cloudwatch.NewFromConfig(cfg)
	put := func(namespace, metric, dimension, value string, v float64) {
		t.Helper()
		_, err := cw.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String(namespace), MetricData: []cwtypes.MetricDatum{{
			MetricName: aws.String(metric), Value: aws.Float64(v), Timestamp: aws.Time(time.Now().Truncate(time.Hour).Add(-3 * time.Hour)),
			Dimensions: []cwtypes.Dimension{{Name: aws.String(dimension), Value: aws.String(value)}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("AWS/ApiGateway", "Count", "ApiName", "shop", 5)
	put("AWS/ApiGateway", "Count", "ApiId", http, 17)
	put("AWS/ApiGateway", "DataProcessed", "ApiId", http, 3000)
	put("AWS/ApiGateway", "ConnectCount", "ApiId", socket, 2)
	put("AWS/ApiGateway", "MessageCount", "ApiId", socket, 9)
	put("AWS/States", "ExecutionsStarted", "StateMachineArn", standard, 4)
	put("AWS/States", "ExecutionsStarted", "StateMachineArn", express, 1)
	put("AWS/States", "ExpressExecutionBilledDuration", "StateMachineArn", express, 1600)
	put("AWS/States", "ExpressExecutionBilledMemory", "StateMachineArn", express, 64)

	db := filepath.Join(t.TempDir(), "emulator.duckdb")
	runCollect(t, db)
	runCollect(t, db)

	const api = "arn:aws:apigateway:us-east-1::/"
	calls := fmt.Sprintf(`[{"to":%q,"kind":"invokes"}]`, function)
	for id, want := range map[string]struct {
		config, edges string
		billed        map[string]float64
	}{
		api + "restapis/" + rest: {`"rest" ["api keys","cache"]`, calls, map[string]float64{"rest-requests": 5}},
		api + "apis/" + http:     {`"http" null`, calls, map[string]float64{"http-requests": 17}},
		api + "apis/" + socket:   {`"websocket" null`, "null", map[string]float64{"websocket-messages": 9, "websocket-connection-minutes": 20}},
		standard:                 {`"STANDARD" 2`, calls, map[string]float64{"standard-state-transitions": 8}},
		express:                  {`"EXPRESS" 2`, calls, map[string]float64{"express-requests": 1, "express-duration": 0.1}},
	} {
		var got struct {
			Rows []struct {
				Config string `json:"said"`
				Edges  string `json:"edges"`
			} `json:"rows"`
		}
		query(t, db, `SELECT coalesce(config->'$.api_type', config->'$.type')::VARCHAR || ' ' || coalesce(config->'$.rest_only', config->'$.shortest', 'null')::VARCHAR AS said,
			coalesce(config->'$.edges', 'null')::VARCHAR AS edges FROM resources WHERE resource_id = '`+id+`'`, &got)
		if len(got.Rows) != 1 || got.Rows[0].Config != want.config || got.Rows[0].Edges != want.edges {
			t.Errorf("%s: got %+v, want %s %s", id, got.Rows, want.config, want.edges)
		}
		var billed struct {
			Rows []struct {
				Dimension string  `json:"dimension"`
				Quantity  float64 `json:"quantity"`
			} `json:"rows"`
		}
		query(t, db, `SELECT dimension, sum(quantity)::DOUBLE AS quantity FROM hourly_costs WHERE resource_id = '`+id+`' AND dimension NOT LIKE 'rest-cache%' GROUP BY dimension`, &billed)
		for _, r := range billed.Rows {
			if want.billed[r.Dimension] != r.Quantity {
				t.Errorf("%s: %s %v, want %v", id, r.Dimension, r.Quantity, want.billed[r.Dimension])
			}
			delete(want.billed, r.Dimension)
		}
		if len(want.billed) != 0 {
			t.Errorf("%s: not billed: %v", id, want.billed)
		}
	}
}

func makeRESTAPI(t *testing.T, client *apigateway.Client, function string) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made, err := client.CreateRestApi(t.Context(), &apigateway.CreateRestApiInput{Name: aws.String("shop"), EndpointConfiguration: &apitypes.EndpointConfiguration{Types: []apitypes.EndpointType{apitypes.EndpointTypeRegional}}})
	must(err)
	resources, err := client.GetResources(t.Context(), &apigateway.GetResourcesInput{RestApiId: made.Id})
	must(err)
	root := resources.Items[0].Id
	_, err = client.PutMethod(t.Context(), &apigateway.PutMethodInput{RestApiId: made.Id, ResourceId: root, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE"), ApiKeyRequired: true})
	must(err)
	_, err = client.PutIntegration(t.Context(), &apigateway.PutIntegrationInput{
		RestApiId: made.Id, ResourceId: root, HttpMethod: aws.String("GET"), Type: apitypes.IntegrationTypeAwsProxy, IntegrationHttpMethod: aws.String("POST"),
		Uri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"),
	})
	must(err)
	deployed, err := client.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: made.Id})
	must(err)
	_, err = client.CreateStage(t.Context(), &apigateway.CreateStageInput{
		RestApiId: made.Id, StageName: aws.String("prod"), DeploymentId: deployed.Id, CacheClusterEnabled: true, CacheClusterSize: apitypes.CacheClusterSizeSize0Point5Gb,
	})
	must(err)
	return aws.ToString(made.Id)
}

func makeV2APIs(t *testing.T, client *apigatewayv2.Client, function string) (http, socket string) {
	t.Helper()
	make := func(name string, protocol v2types.ProtocolType) *string {
		made, err := client.CreateApi(t.Context(), &apigatewayv2.CreateApiInput{Name: aws.String(name), ProtocolType: protocol, RouteSelectionExpression: aws.String("$request.body.action")})
		if err != nil {
			t.Fatal(err)
		}
		return made.ApiId
	}
	id := make("light", v2types.ProtocolTypeHttp)
	_, err := client.CreateIntegration(t.Context(), &apigatewayv2.CreateIntegrationInput{ApiId: id, IntegrationType: v2types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(function), PayloadFormatVersion: aws.String("2.0")})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(id), aws.ToString(make("live", v2types.ProtocolTypeWebsocket))
}

func makeMachines(t *testing.T, client *sfn.Client, function string) (standard, express string) {
	t.Helper()
	make := func(name string, kind sfntypes.StateMachineType) string {
		made, err := client.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
			Name: aws.String(name), Type: kind, RoleArn: aws.String("arn:aws:iam::000000000000:role/states"),
			Definition: aws.String(`{"StartAt":"Do","States":{"Do":{"Type":"Task","Resource":"` + function + `","Next":"Done"},"Done":{"Type":"Succeed"}}}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		return aws.ToString(made.StateMachineArn)
	}
	return make("steps", sfntypes.StateMachineTypeStandard), make("quick", sfntypes.StateMachineTypeExpress)
}
