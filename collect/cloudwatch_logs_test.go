package collect_test

import (
	"encoding/json"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

func TestLogGroupInventory(t *testing.T) {
	s := simulate(t, small)
	found, path, _ := inventory(t, s, "cloudwatch_logs")
	const arn = "arn:aws:logs:us-east-1:123456789012:log-group:"
	for name, want := range map[string]string{
		"/aws/apigateway/storefront":             `{"class":"standard","retention_days":14}`,
		"/app/orders/audit":                      `{"class":"infrequent-access","retention_days":365}`,
		"/aws/vendedlogs/states/checkout-flow":   `{"class":"standard","kms":true}`,
		"/aws/lambda/" + awstest.FunctionDeleted: `{"class":"standard"}`,
	} {
		var config map[string]any
		if err := json.Unmarshal(found[arn+name].Config, &config); err != nil {
			t.Fatalf("%s: %v (config %q)", name, err, found[arn+name].Config)
		}
		if config["created"] == nil {
			t.Errorf("%s has no time of creation", name)
		}
		delete(config, "created")
		if got, _ := json.Marshal(config); string(got) != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if r := found[arn+"/app/orders/audit"]; r.App != "orders" || r.Deleted {
		t.Errorf("%+v", r)
	}
	// What is deleted is known to its metrics; nothing is listed of it.
	if r := found[arn+"/aws/codebuild/legacy-site"]; !r.Deleted || r.Key.Name != "/aws/codebuild/legacy-site" {
		t.Errorf("deleted: %+v", r)
	}
	const levels = "SELECT count(*) FROM cloudwatch_logs_levels l JOIN resource r ON r.id = l.resource WHERE "
	if n := rowCount(t, path, levels+"r.deleted OR l.stored_bytes IS NULL"); n != 0 {
		t.Errorf("%d levels of what is not there", n)
	}
	listed := rowCount(t, path, "SELECT count(*) FROM resource WHERE service = 'cloudwatch_logs' AND NOT deleted")
	if n := rowCount(t, path, levels+"true"); n != listed || n < 25 {
		t.Errorf("%d levels of %d groups", n, listed)
	}
}

// A second look at the same hour replaces the first, and opens no version.
func TestLogGroupInventoryTwice(t *testing.T) {
	s := simulate(t, small)
	o := options(s)
	o.Only = []string{"cloudwatch_logs"}
	path := newPath(t)
	mustRun(t, path, o)
	first := rowCount(t, path, "SELECT count(*) FROM cloudwatch_logs_levels")
	mustRun(t, path, o)
	if n := rowCount(t, path, "SELECT count(*) FROM cloudwatch_logs_levels"); n != first {
		t.Errorf("%d levels after two looks at one hour, %d after the first", n, first)
	}
	if n := rowCount(t, path, "SELECT count(*) - count(DISTINCT resource) FROM resource_version"); n != 0 {
		t.Errorf("%d resources have a second version", n)
	}
}

func TestLogGroupsDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"logs:DescribeLogGroups"}})
	found, _, res := inventory(t, s, "cloudwatch_logs")
	if len(found) != 0 || len(res.Gaps) == 0 {
		t.Errorf("%d groups, gaps %+v", len(found), res.Gaps)
	}
}
