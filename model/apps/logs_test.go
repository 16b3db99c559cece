package apps

import (
	"testing"

	"github.com/breakeven-dev/breakeven/model"
)

// Logs are where work ends: a function without a tag gives its name to the
// application of itself and its log group.
func TestLogGroupsNameNothing(t *testing.T) {
	f, logs := function("translate", "", "3", 10), resource("cloudwatch_logs", "/aws/lambda/translate", "", "1")
	a := model.Analysis{
		Functions: []model.Function{f}, Resources: []model.Resource{logs},
		Edges: []model.Edge{edgeOf(f.Key, logs.Key, model.EdgeLogs)},
	}
	list := Group(&a)
	if got := named(t, list, "translate"); got.Cost.Likely.StringFixed(2) != "4.00" {
		t.Errorf("%+v", got)
	}
}
