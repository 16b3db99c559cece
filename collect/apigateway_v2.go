package collect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// v2APIsAPage is a page of HTTP and WebSocket APIs.
const v2APIsAPage = "500"

func listV2APIs(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := apigatewayv2.NewFromConfig(t.config)
	in := &apigatewayv2.GetApisInput{MaxResults: aws.String(v2APIsAPage)}
	for {
		var out *apigatewayv2.GetApisOutput
		err := t.gate.do(ctx, opGetAPIs, 0, func(ctx context.Context) (err error) {
			out, err = client.GetApis(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, out.Items, func(ctx context.Context, api types.Api) (store.Resource, error) {
			return describeV2API(ctx, t, client, &api)
		})
		if err != nil {
			return err
		}
		if err := found(page); err != nil {
			return err
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

// describeV2API reads an API's stages and integrations.
func describeV2API(ctx context.Context, t *target, client *apigatewayv2.Client, api *types.Api) (store.Resource, error) {
	id := aws.ToString(api.ApiId)
	r := t.api("apis/"+id, aws.ToString(api.Name))
	r.Tags, r.ValidFrom = api.Tags, aws.ToTime(api.CreatedDate).UTC()
	c := apiConfig{Type: apiHTTP, Measured: true}
	if api.ProtocolType == types.ProtocolTypeWebsocket {
		c.Type = apiWebSocket
	}
	if err := v2Stages(ctx, t, client, id, &c, &r); err != nil {
		if err := t.tolerateFor(ctx, apiGatewayName, r.Key.ID, err); err != nil {
			return r, err
		}
	}
	if err := v2Integrations(ctx, t, client, id, &c); err != nil {
		if err := t.tolerateFor(ctx, apiGatewayName, r.Key.ID, err); err != nil {
			return r, err
		}
	}
	return sealed(r, c)
}

func v2Stages(ctx context.Context, t *target, client *apigatewayv2.Client, id string, c *apiConfig, r *store.Resource) error {
	made := r.ValidFrom
	in := &apigatewayv2.GetStagesInput{ApiId: aws.String(id), MaxResults: aws.String(v2APIsAPage)}
	for {
		var out *apigatewayv2.GetStagesOutput
		err := t.gate.do(ctx, opGetAPIs, 0, func(ctx context.Context) (err error) {
			out, err = client.GetStages(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.Items {
			s := &out.Items[i]
			logs := ""
			if s.AccessLogSettings != nil {
				logs = aws.ToString(s.AccessLogSettings.DestinationArn)
			}
			stage := apiStage{Name: aws.ToString(s.StageName), Created: aws.ToTime(s.CreatedDate), Updated: aws.ToTime(s.LastUpdatedDate)}
			r.ValidFrom = later(r.ValidFrom, c.stage(stage, logs, made))
		}
		if aws.ToString(out.NextToken) == "" {
			slices.SortFunc(c.Stages, func(a, b apiStage) int { return cmp.Compare(a.Name, b.Name) })
			return nil
		}
		in.NextToken = out.NextToken
	}
}

func v2Integrations(ctx context.Context, t *target, client *apigatewayv2.Client, id string, c *apiConfig) error {
	in := &apigatewayv2.GetIntegrationsInput{ApiId: aws.String(id), MaxResults: aws.String(v2APIsAPage)}
	for {
		var out *apigatewayv2.GetIntegrationsOutput
		err := t.gate.do(ctx, opGetAPIs, 0, func(ctx context.Context) (err error) {
			out, err = client.GetIntegrations(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.Items {
			g := &out.Items[i]
			c.Methods++
			c.connect(integrationTarget(aws.ToString(g.IntegrationUri), t.region, t.account))
			c.connect(t.serviceIntegration(aws.ToString(g.IntegrationSubtype), g.RequestParameters))
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

// serviceIntegration is what an HTTP API's first-class integration with
// another service speaks to (developer guide, "Integration subtype
// reference"). Parameters that are taken from the request tell nothing.
func (t *target) serviceIntegration(subtype string, parameters map[string]string) (unit.ResourceID, string) {
	value := func(key string) string {
		if v := parameters[key]; !strings.ContainsAny(v, "${}") {
			return v
		}
		return ""
	}
	service, _, _ := strings.Cut(subtype, "-")
	switch service {
	case "SQS":
		url := strings.Split(value("QueueUrl"), "/")
		if len(url) < 2 || url[len(url)-1] == "" {
			return "", ""
		}
		region := cmp.Or(value("Region"), string(t.region))
		return unit.ResourceID(fmt.Sprintf("arn:%s:sqs:%s:%s:%s", partition(t.region), region, url[len(url)-2], url[len(url)-1])), model.EdgeFeeds
	case "StepFunctions":
		return unit.ResourceID(value("StateMachineArn")), model.EdgeInvokes
	case "Kinesis":
		if name := value("StreamName"); name != "" {
			return unit.ResourceID(fmt.Sprintf("arn:%s:kinesis:%s:%s:stream/%s", partition(t.region), t.region, t.account, name)), model.EdgeFeeds
		}
	case "EventBridge":
		return unit.ResourceID(value("EventBusName")), model.EdgeFeeds
	}
	return "", ""
}
