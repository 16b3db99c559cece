package awstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// getAPIs answers the reading calls of both of API Gateway's interfaces, of
// which IAM knows one action. Faults.DeniedActions may refuse a part of them:
// "apigateway:GET /restapis/*/stages".
func (s *Server) getAPIs(c *call) (reply, *apiError) {
	path := strings.Split(strings.Trim(c.http.URL.Path, "/"), "/")
	version := "v1"
	if path[0] == "v2" {
		version, path = "v2", path[1:]
	}
	s.mu.Lock()
	denied := s.faults.DeniedActions
	s.mu.Unlock()
	if len(path) == 3 && slices.Contains(denied, "apigateway:GET /"+path[0]+"/*/"+path[2]) {
		return reply{}, errDenied("apigateway", "apigateway:GET", c.region)
	}
	switch {
	case len(path) == 1 && path[0] == "restapis" && version == "v1":
		return s.restAPIs(c)
	case len(path) == 1 && path[0] == "apis" && version == "v2":
		return s.httpAPIs(c)
	case len(path) != 3:
		return reply{}, &apiError{404, "NotFoundException", "Not found"}
	}
	t := s.apiByID(c.region, path[1])
	if t == nil || (path[0] == "restapis") != (t.spec.(api).kind == "rest") {
		return reply{}, &apiError{404, "NotFoundException", "Invalid API identifier specified " + AccountID + ":" + path[1]}
	}
	switch version + " " + path[2] {
	case "v1 stages":
		return jsonReply(map[string]any{"item": t.restStages()})
	case "v1 resources":
		return s.apiPage(c, t.restResources(c.http.URL.Query().Get("embed") == "methods"), "item", "position", "limit", "position")
	case "v2 stages":
		return s.apiPage(c, t.httpStages(), "items", "nextToken", "maxResults", "nextToken")
	case "v2 integrations":
		return s.apiPage(c, t.integrations(), "items", "nextToken", "maxResults", "nextToken")
	}
	return reply{}, &apiError{404, "NotFoundException", "Not found"}
}

// apiPage cuts a page of at most five items, so that small accounts page too.
func (s *Server) apiPage(c *call, all []map[string]any, items, next, limit, position string) (reply, *apiError) {
	const most = 5
	q := c.http.URL.Query()
	size := most
	if n, err := strconv.Atoi(q.Get(limit)); err == nil && n > 0 {
		size = min(n, most)
	}
	list, token, err := page(all, q.Get(position), size)
	if err != nil {
		return reply{}, err
	}
	out := map[string]any{items: append([]map[string]any{}, list...)}
	if token != "" {
		out[next] = token
	}
	return jsonReply(out)
}

func (s *Server) apiByID(where, id string) *thing {
	for _, t := range s.acct.region(where).thingsOf("apigateway") {
		if t.spec.(api).id == id {
			return t
		}
	}
	return nil
}

func (s *Server) restAPIs(c *call) (reply, *apiError) {
	var all []map[string]any
	for _, t := range s.acct.region(c.region).thingsOf("apigateway") {
		if a := t.spec.(api); a.kind == "rest" {
			m := map[string]any{
				"id": a.id, "name": t.name, "createdDate": t.made(), "apiKeySource": "HEADER",
				"endpointConfiguration": map[string]any{"types": []string{a.endpoint}},
			}
			if a.endpoint == "PRIVATE" {
				m["policy"] = `{"Statement":[{"Principal":"` + PlantedSecret + `"}]}`
			}
			if len(t.tags) > 0 {
				m["tags"] = t.tags
			}
			all = append(all, m)
		}
	}
	return s.apiPage(c, all, "item", "position", "limit", "position")
}

func (s *Server) httpAPIs(c *call) (reply, *apiError) {
	var all []map[string]any
	for _, t := range s.acct.region(c.region).thingsOf("apigateway") {
		if a := t.spec.(api); a.kind != "rest" {
			m := map[string]any{"apiId": a.id, "name": t.name, "protocolType": strings.ToUpper(a.kind), "createdDate": rfc3339(t.made())}
			if len(t.tags) > 0 {
				m["tags"] = t.tags
			}
			all = append(all, m)
		}
	}
	return s.apiPage(c, all, "items", "nextToken", "maxResults", "nextToken")
}

// made is when the API was made, Unix seconds: of two with one name, the one
// with the metrics is the older.
func (t *thing) made() int64 {
	if t.spec.(api).sameName {
		return t.start - 80*daySeconds
	}
	return t.start - 90*daySeconds
}

func rfc3339(at int64) string { return time.Unix(at, 0).UTC().Format(time.RFC3339) }

func (t *thing) restStages() []map[string]any {
	out := []map[string]any{}
	for _, s := range t.spec.(api).stages {
		m := map[string]any{
			"stageName": s.name, "createdDate": t.made(), "lastUpdatedDate": s.fromAt, "cacheClusterEnabled": s.cacheGB != "",
			"tracingEnabled": s.tracing, "variables": map[string]string{"key": PlantedSecret},
		}
		if s.cacheGB != "" {
			m["cacheClusterSize"], m["cacheClusterStatus"] = s.cacheGB, "AVAILABLE"
		}
		if s.waf {
			m["webAclArn"] = fmt.Sprintf("arn:aws:wafv2:%s:%s:regional/webacl/shop/1", t.where, AccountID)
		}
		if s.logs != "" {
			m["accessLogSettings"] = map[string]any{"destinationArn": t.logGroupARN(s.logs), "format": "$context.requestId"}
		}
		out = append(out, m)
	}
	return out
}

func (t *thing) logGroupARN(name string) string {
	return fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", t.where, AccountID, name)
}

func (t *thing) httpStages() []map[string]any {
	out := []map[string]any{}
	for _, s := range t.spec.(api).stages {
		m := map[string]any{
			"stageName": s.name, "createdDate": rfc3339(t.made()), "lastUpdatedDate": rfc3339(s.fromAt), "autoDeploy": true,
			"stageVariables": map[string]string{"key": PlantedSecret},
		}
		if s.logs != "" {
			m["accessLogSettings"] = map[string]any{"destinationArn": t.logGroupARN(s.logs) + ":*"}
		}
		out = append(out, m)
	}
	return out
}

// invocationURI is how API Gateway spells the call of a function, by an alias
// where there is one.
func (t *thing) invocationURI() string {
	return fmt.Sprintf("arn:aws:apigateway:%s:lambda:path/2015-03-31/functions/%s/invocations", t.where, t.functionARN())
}

func (t *thing) functionARN() string {
	arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", t.where, AccountID, t.spec.(api).function)
	if t.spec.(api).authorizer != "" {
		arn += ":live"
	}
	return arn
}

// restResources lists seven resources, so that there are pages.
func (t *thing) restResources(embed bool) []map[string]any {
	a := t.spec.(api)
	var out []map[string]any
	for i := range 7 {
		r := map[string]any{"id": fmt.Sprintf("r%d", i), "path": fmt.Sprintf("/r%d", i)}
		if embed {
			r["resourceMethods"] = map[string]any{
				"ANY":     t.restMethod(i),
				"OPTIONS": map[string]any{"httpMethod": "OPTIONS", "authorizationType": "NONE", "methodIntegration": map[string]any{"type": "MOCK", "requestTemplates": map[string]string{"application/json": `{"statusCode":200}`}}},
			}
		}
		if a.function == "" {
			delete(r, "resourceMethods")
		}
		out = append(out, r)
	}
	return out
}

func (t *thing) restMethod(i int) map[string]any {
	a := t.spec.(api)
	integration := map[string]any{"type": "AWS_PROXY", "uri": t.invocationURI()}
	switch {
	case a.queue != "" && i == 6:
		integration = map[string]any{"type": "AWS", "uri": fmt.Sprintf("arn:aws:apigateway:%s:sqs:path/%s/%s", t.where, AccountID, a.queue)}
	case a.template != "" && i == 6:
		integration["type"], integration["requestTemplates"] = "AWS", map[string]string{"application/json": a.template}
	case i == 5:
		integration = map[string]any{"type": "HTTP_PROXY", "uri": "https://example.com/${stageVariables.target}"}
	}
	m := map[string]any{"httpMethod": "ANY", "authorizationType": "NONE", "apiKeyRequired": a.apiKeys, "methodIntegration": integration}
	if a.authorizer != "" {
		m["authorizationType"] = a.authorizer
	}
	return m
}

func (t *thing) integrations() []map[string]any {
	if t.spec.(api).kind == "websocket" {
		return []map[string]any{{"integrationId": "i1", "integrationType": "AWS_PROXY", "integrationUri": t.invocationURI()}}
	}
	out := []map[string]any{}
	for i := range 6 {
		out = append(out, map[string]any{
			"integrationId": fmt.Sprintf("i%d", i), "integrationType": "AWS_PROXY", "integrationUri": t.functionARN(),
			"payloadFormatVersion": "2.0", "requestParameters": map[string]string{"append:header.key": PlantedSecret},
		})
	}
	return out
}
