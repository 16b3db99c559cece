package collect

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

const (
	// tagsPerRun is the number of functions of a region whose tags a run
	// reads at most: they take a call each, and are only names to group by.
	tagsPerRun = 500
	tagGroup   = "lambda-tags"
)

// readTags reads the tags of listed functions, once a day each, while metrics
// are fetched. The ledger remembers whose were read.
func (f *lambdaFleet) readTags(ctx context.Context) error {
	due, err := f.untagged(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	read := make([]bool, len(due)) // each goroutine writes to its own slot
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for i, fn := range due {
		g.Go(func() (err error) {
			read[i], err = f.tags(gctx, fn)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var rs []store.Resource
	var fetches []store.Fetch
	for i, fn := range due {
		if read[i] {
			w := f.today()
			rs = append(rs, fn.res)
			fetches = append(fetches, store.Fetch{
				Account: f.account, Region: f.region, Resource: fn.res.Ref, Group: tagGroup, Window: w, SettledTo: w.To, At: f.Now,
			})
		}
	}
	return f.sink.post(ctx, func(ctx context.Context, st Store) error {
		if _, err := st.PutResources(ctx, rs); err != nil {
			return err
		}
		return st.PutFetches(ctx, fetches)
	})
}

func (f *lambdaFleet) today() model.Window {
	day := f.Now.Truncate(24 * time.Hour)
	return model.Window{From: day, To: day.Add(24 * time.Hour)}
}

// untagged lists the functions whose tags were not read today.
func (f *lambdaFleet) untagged(ctx context.Context) ([]*function, error) {
	var due []*function
	err := f.sink.do(ctx, func(ctx context.Context, st Store) error {
		rs := make([]store.Resource, len(f.listed))
		for i, fn := range f.listed {
			rs[i] = fn.res
		}
		refs, err := st.PutResources(ctx, rs)
		if err != nil {
			return err
		}
		lacking, err := st.Missing(ctx, tagGroup, refs, f.today())
		for i, fn := range f.listed {
			fn.res.Ref = refs[i]
			if len(lacking[refs[i]]) > 0 && len(due) < tagsPerRun {
				due = append(due, fn)
			}
		}
		return err
	})
	return due, err
}

// tags reads one function's; false without an error if they cannot be had.
func (f *lambdaFleet) tags(ctx context.Context, fn *function) (bool, error) {
	var out *lambda.ListTagsOutput
	err := f.gate.do(ctx, opListTags, 0, func(ctx context.Context) (err error) {
		out, err = f.lambda.ListTags(ctx, &lambda.ListTagsInput{Resource: aws.String(string(fn.res.Key.ID))})
		return err
	})
	if err != nil {
		return false, f.tolerate(ctx, opListTags, err)
	}
	fn.res.Tags, fn.res.App = out.Tags, appOf(out.Tags)
	return true, nil
}
