package collect

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// restAPIsAPage is the most that GetRestApis and GetResources give at once.
const restAPIsAPage = 500

func listRESTAPIs(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := apigateway.NewFromConfig(t.config)
	all, err := restAPIs(ctx, t, client)
	if err != nil {
		return err
	}
	named := map[string][]string{} // ids by name, in the order they were made
	for i := range all {
		named[aws.ToString(all[i].Name)] = append(named[aws.ToString(all[i].Name)], aws.ToString(all[i].Id))
	}
	page, err := each(ctx, all, func(ctx context.Context, api types.RestApi) (store.Resource, error) {
		return describeRESTAPI(ctx, t, client, api, named[aws.ToString(api.Name)])
	})
	if err != nil {
		return err
	}
	if err := tellApart(page); err != nil {
		return err
	}
	return found(page)
}

// tellApart finds REST APIs of one name whose metrics differ by stage: each
// has one stage, and no two the same.
func tellApart(page []store.Resource) error {
	byName := map[string][]int{}
	for i := range page {
		byName[page[i].Key.Name] = append(byName[page[i].Key.Name], i)
	}
	for _, group := range byName {
		if len(group) < 2 {
			continue
		}
		configs := make([]apiConfig, len(group))
		stages := map[string]bool{}
		for n, i := range group {
			if err := decodeConfig(&page[i], &configs[n]); err != nil {
				return err
			}
			if c := &configs[n]; len(c.Stages) == 1 {
				c.ByStage, c.Measured = c.Stages[0].Name, true
				stages[c.ByStage] = true
			}
		}
		for n, i := range group {
			if len(stages) < len(group) {
				break // not all apart
			}
			r, err := sealed(page[i], configs[n])
			if err != nil {
				return err
			}
			page[i] = r
		}
	}
	return nil
}

// restAPIs lists the REST APIs, the first made first.
func restAPIs(ctx context.Context, t *target, client *apigateway.Client) ([]types.RestApi, error) {
	var all []types.RestApi
	in := &apigateway.GetRestApisInput{Limit: aws.Int32(restAPIsAPage)}
	for {
		var out *apigateway.GetRestApisOutput
		err := t.gate.do(ctx, opGetAPIs, 0, func(ctx context.Context) (err error) {
			out, err = client.GetRestApis(ctx, in)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, out.Items...)
		if aws.ToString(out.Position) == "" {
			break
		}
		in.Position = out.Position
	}
	slices.SortStableFunc(all, func(a, b types.RestApi) int {
		return cmp.Or(aws.ToTime(a.CreatedDate).Compare(aws.ToTime(b.CreatedDate)), cmp.Compare(aws.ToString(a.Id), aws.ToString(b.Id)))
	})
	return all, nil
}

// describeRESTAPI reads an API's stages and methods; same are the ids of all
// REST APIs of its name.
func describeRESTAPI(ctx context.Context, t *target, client *apigateway.Client, api types.RestApi, same []string) (store.Resource, error) {
	id := aws.ToString(api.Id)
	r := t.api("restapis/"+id, aws.ToString(api.Name))
	r.Tags, r.ValidFrom = api.Tags, aws.ToTime(api.CreatedDate).UTC()
	c := apiConfig{Type: apiREST, Measured: same[0] == id}
	for _, other := range same {
		if other != id {
			c.SameName = append(c.SameName, other)
		}
	}
	if e := api.EndpointConfiguration; e != nil && len(e.Types) > 0 {
		c.Endpoint = string(e.Types[0])
		if e.Types[0] != types.EndpointTypeRegional {
			c.RESTOnly = addOnce(c.RESTOnly, strings.ToLower(c.Endpoint)+" endpoint")
		}
	}
	if aws.ToString(api.Policy) != "" {
		c.RESTOnly = addOnce(c.RESTOnly, "resource policy")
	}
	if err := restStages(ctx, t, client, id, &c, &r); err != nil {
		if err := t.tolerateFor(ctx, apiGatewayName, r.Key.ID, err); err != nil {
			return r, err
		}
	}
	if err := restMethods(ctx, t, client, id, &c); err != nil {
		if err := t.tolerateFor(ctx, apiGatewayName, r.Key.ID, err); err != nil {
			return r, err
		}
	}
	return sealed(r, c)
}

// restStages reads the stages, which hold the caches.
func restStages(ctx context.Context, t *target, client *apigateway.Client, id string, c *apiConfig, r *store.Resource) error {
	var out *apigateway.GetStagesOutput
	err := t.gate.do(ctx, opGetAPIs, 0, func(ctx context.Context) (err error) {
		out, err = client.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: aws.String(id)})
		return err
	})
	if err != nil {
		return err
	}
	made := r.ValidFrom
	for i := range out.Item {
		s := &out.Item[i]
		stage := apiStage{
			Name: aws.ToString(s.StageName), Created: aws.ToTime(s.CreatedDate), Updated: aws.ToTime(s.LastUpdatedDate),
			Tracing: s.TracingEnabled,
		}
		if s.CacheClusterEnabled {
			stage.CacheGB = string(s.CacheClusterSize)
			c.RESTOnly = addOnce(c.RESTOnly, "cache")
		}
		if s.TracingEnabled {
			c.RESTOnly = addOnce(c.RESTOnly, "tracing")
		}
		if aws.ToString(s.WebAclArn) != "" {
			c.RESTOnly = addOnce(c.RESTOnly, "waf")
		}
		if s.CanarySettings != nil {
			c.RESTOnly = addOnce(c.RESTOnly, "canary")
		}
		if aws.ToString(s.ClientCertificateId) != "" {
			c.RESTOnly = addOnce(c.RESTOnly, "client certificate")
		}
		logs := ""
		if s.AccessLogSettings != nil {
			logs = aws.ToString(s.AccessLogSettings.DestinationArn)
		}
		r.ValidFrom = later(r.ValidFrom, c.stage(stage, logs, made))
	}
	slices.SortFunc(c.Stages, func(a, b apiStage) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

// restMethods reads the methods and what they call.
func restMethods(ctx context.Context, t *target, client *apigateway.Client, id string, c *apiConfig) error {
	in := &apigateway.GetResourcesInput{RestApiId: aws.String(id), Embed: []string{"methods"}, Limit: aws.Int32(restAPIsAPage)}
	for {
		var out *apigateway.GetResourcesOutput
		err := t.gate.do(ctx, opGetAPIs, 0, func(ctx context.Context) (err error) {
			out, err = client.GetResources(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.Items {
			for _, m := range out.Items[i].ResourceMethods {
				c.method(t.region, t.account, &m)
			}
		}
		if aws.ToString(out.Position) == "" {
			return nil
		}
		in.Position = out.Position
	}
}

// method keeps what a method calls and which features it needs.
func (c *apiConfig) method(region unit.Region, account unit.AccountID, m *types.Method) {
	c.Methods++
	if aws.ToBool(m.ApiKeyRequired) {
		c.RESTOnly = addOnce(c.RESTOnly, "api keys")
	}
	if aws.ToString(m.RequestValidatorId) != "" {
		c.RESTOnly = addOnce(c.RESTOnly, "request validation")
	}
	if a := aws.ToString(m.AuthorizationType); a != "" && a != "NONE" {
		c.Authorizers = addOnce(c.Authorizers, a)
	}
	in := m.MethodIntegration
	if in == nil {
		return
	}
	preflight := aws.ToString(m.HttpMethod) == "OPTIONS" // HTTP APIs answer these by themselves
	switch {
	case in.Type == types.IntegrationTypeMock && !preflight:
		c.RESTOnly = addOnce(c.RESTOnly, "mock integration")
	case in.Type != types.IntegrationTypeMock && len(in.RequestTemplates) > 0:
		c.RESTOnly = addOnce(c.RESTOnly, "mapping templates")
	}
	c.connect(integrationTarget(aws.ToString(in.Uri), region, account))
}

// integrationTarget is what an integration's URI calls, and how: empty for
// what is no resource of AWS, or is named by a variable. AWS spells it
// arn:aws:apigateway:REGION:SERVICE:path|action/... (API Gateway API
// reference, Integration, uri).
func integrationTarget(uri string, region unit.Region, account unit.AccountID) (unit.ResourceID, string) {
	if strings.Contains(uri, "${") {
		return "", ""
	}
	if id, ok := functionARN(uri); ok {
		return id, model.EdgeInvokes
	}
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) < 6 || parts[2] != "apigateway" || parts[4] != "sqs" {
		return "", ""
	}
	path, ok := strings.CutPrefix(parts[5], "path/")
	owner, queue, named := strings.Cut(path, "/")
	if !ok || !named || queue == "" {
		return "", ""
	}
	return unit.ResourceID("arn:" + partition(region) + ":sqs:" + cmp.Or(parts[3], string(region)) + ":" + cmp.Or(owner, string(account)) + ":" + queue), model.EdgeFeeds
}

// functionARN finds the ARN of a function in text and cuts its qualifier and
// what follows.
func functionARN(text string) (unit.ResourceID, bool) {
	at := strings.LastIndex(text, "arn:")
	if at < 0 {
		return "", false
	}
	text, _, _ = strings.Cut(text[at:], "/")
	parts := strings.Split(text, ":")
	if len(parts) < 7 || parts[2] != "lambda" || parts[5] != "function" || parts[6] == "" {
		return "", false
	}
	return unit.ResourceID(strings.Join(parts[:7], ":")), true
}
