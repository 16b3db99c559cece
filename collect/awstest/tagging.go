package awstest

import (
	"maps"
	"slices"
)

// The tagging API answers for every simulated service.
var _ = simulate(simulated{
	name: "tags", signing: "tagging", iam: "tag", protocol: protocolJSON11,
	handlers: map[string]func(*Server, *call) (reply, *apiError){"GetResources": (*Server).getResources},
	things:   func(window) []*thing { return nil },
})

func (s *Server) getResources(c *call) (reply, *apiError) {
	var in struct {
		PaginationToken  string
		ResourcesPerPage int
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	r := s.acct.region(c.region)
	var all []map[string]any
	for _, f := range r.live() {
		all = appendTagged(all, f.arn(), f.tags)
	}
	for _, t := range r.things {
		if !t.deleted {
			all = appendTagged(all, t.arn, t.tags)
		}
	}
	size := 50
	if in.ResourcesPerPage > 0 {
		size = in.ResourcesPerPage
	}
	list, next, err := page(all, in.PaginationToken, size)
	if err != nil {
		return reply{}, err
	}
	return jsonReply(map[string]any{"ResourceTagMappingList": append([]map[string]any{}, list...), "PaginationToken": next})
}

func appendTagged(all []map[string]any, arn string, tags map[string]string) []map[string]any {
	if len(tags) == 0 {
		return all
	}
	list := []map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, map[string]string{"Key": k, "Value": tags[k]})
	}
	return append(all, map[string]any{"ResourceARN": arn, "Tags": list})
}
