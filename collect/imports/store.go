package imports

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// Store is what importing needs of the database; *store.Writer is one.
type Store interface {
	Resources(ctx context.Context, service string) ([]store.Resource, error)
	PutResources(ctx context.Context, rs []store.Resource) ([]store.Ref, error)
	PutMetrics(ctx context.Context, table string, blocks []store.MetricBlock) error
	NewInvocationLoad(ctx context.Context, source string) (*store.InvocationLoad, error)
}

const lambdaService = "lambda"

// functionARN names a function as AWS does.
func functionARN(account unit.AccountID, region unit.Region, name string) unit.ResourceID {
	partition := "aws"
	if region.InChina() {
		partition = "aws-cn"
	}
	return unit.ResourceID(fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", partition, region, account, name))
}

func functionKey(account unit.AccountID, region unit.Region, name string) model.ResourceKey {
	return model.ResourceKey{Account: account, Region: region, Service: lambdaService, ID: functionARN(account, region, name), Name: name}
}

// configOf is the stored form of a configuration of which only memory and
// architecture are known.
func configOf(memory unit.MiB, arch unit.Architecture) (json.RawMessage, error) {
	return json.Marshal(model.FunctionConfig{Architecture: arch, Memory: memory, EphemeralStorage: 512, ReservedConcurrency: -1})
}
