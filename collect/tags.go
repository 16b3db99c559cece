package collect

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var opGetResources = &Operation{Action: "tag:GetResources", PerSecond: 15, Why: "tags of all resources, to group them by application"}

// appTags are the tags that commonly name the application, best first.
var appTags = []string{"app", "application", "App", "Application", "aws:cloudformation:stack-name", "service", "Service", "project", "Project"}

// appOf is the application that tags name, empty if none does.
func appOf(tags map[string]string) string {
	for _, k := range appTags {
		if v := tags[k]; v != "" {
			return v
		}
	}
	return ""
}

// tagBook holds the tags of a target's resources, read at most once a run.
type tagBook struct {
	once sync.Once
	tags map[unit.ResourceID]map[string]string
	err  error
}

// tagged returns the tags of the target's resources by ARN; nil where they
// could not be had, which is one gap, however many services ask.
func (t *target) tagged(ctx context.Context) (map[unit.ResourceID]map[string]string, error) {
	t.tags.once.Do(func() {
		tags, err := t.listTags(ctx)
		if err != nil {
			t.tags.err = t.gapFor(ctx, "tags", opGetResources.Action, err)
			return
		}
		t.tags.tags = tags
	})
	return t.tags.tags, t.tags.err
}

// inherit gives what belongs to a resource, the first of all, its tags: most
// such parts cannot be tagged.
func (t *target) inherit(ctx context.Context, all []store.Resource) ([]store.Resource, error) {
	tags, err := t.tagged(ctx)
	if err != nil {
		return nil, err
	}
	for i := 1; i < len(all); i++ {
		if len(tags[all[i].Key.ID]) == 0 {
			all[i].Tags = tags[all[0].Key.ID]
		}
	}
	return all, nil
}

func (t *target) listTags(ctx context.Context) (map[unit.ResourceID]map[string]string, error) {
	client := resourcegroupstaggingapi.NewFromConfig(t.config)
	out := map[unit.ResourceID]map[string]string{}
	in := &resourcegroupstaggingapi.GetResourcesInput{ResourcesPerPage: aws.Int32(100)}
	for {
		var page *resourcegroupstaggingapi.GetResourcesOutput
		err := t.gate.do(ctx, opGetResources, 0, func(ctx context.Context) (err error) {
			page, err = client.GetResources(ctx, in)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, m := range page.ResourceTagMappingList {
			tags := make(map[string]string, len(m.Tags))
			for _, tag := range m.Tags {
				tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
			out[unit.ResourceID(aws.ToString(m.ResourceARN))] = tags
		}
		if aws.ToString(page.PaginationToken) == "" {
			return out, nil
		}
		in.PaginationToken = page.PaginationToken
	}
}
