package usage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// TestErrors holds what cannot be right against file, line and field.
func TestErrors(t *testing.T) {
	res := func(fields string) string {
		return "region: us-east-1\nresources:\n  - name: a\n    service: lambda\n" + fields
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "f: is empty"},
		{"only blanks", " \n\t\n", "f: is empty"},
		{"only a comment", "# no\n", "f: not readable as YAML: EOF"},
		{"no mapping", "hello\n", "f:1: want a mapping of region, free_tier, hours_in_month, resources, got text"},
		{"no resources", "region: us-east-1\n", "f:1: resources: missing: it lists what to price"},
		{"resources no list", "resources: 3\n", "f:1: resources: want a list, got a number"},
		{"a resource no mapping", "resources:\n  - lambda\n", "f:2: resources[0]: want a mapping of name, service, region and the service's fields, got text"},
		{"unknown key at the top", "regoin: us-east-1\nresources: []\n", "f:1: regoin: unknown field: want one of region, free_tier, hours_in_month, resources"},
		{"no service", "region: us-east-1\nresources:\n  - name: a\n", "f:3: resources[0].service: missing: want one of alb, "},
		{"unknown service", "region: us-east-1\nresources:\n  - service: lamda\n", `f:3: resources[0].service: unknown service "lamda": want one of alb, `},
		{"no region", "resources:\n  - service: lambda\n", "f:2: resources[0].region: missing"},
		{"wrong region", "region: useast1\nresources: []\n", `f:1: region: "useast1" is not a region such as us-east-1`},
		{"wrong region of a resource", res("    region: US-EAST-1\n"), `f:5: resources[0].region: "US-EAST-1" is not a region`},
		{"China", "region: cn-north-1\nresources: []\n", "f:1: region: cn-north-1 is billed in CNY; only prices in USD are known"},
		{"China for a resource", res("    region: cn-northwest-1\n"), "f:5: resources[0].region: cn-northwest-1 is billed in CNY"},
		{"unknown field", res("    request: 5\n"), "f:5: resources[0].request: unknown field: want one of architecture, memory_mb, "},
		{"another service's field", res("    vcpu: 5\n"), "f:5: resources[0].vcpu: unknown field"},
		{"negative", res("    requests: -5\n"), "f:5: resources[0].requests: -5 is negative"},
		{"no number", res("    requests: many\n"), `f:5: resources[0].requests: "many" is not a plain decimal number`},
		{"a quoted number", res("    requests: \"5\"\n"), `f:5: resources[0].requests: "5" is not a plain decimal number`},
		{"NaN", res("    requests: .nan\n"), `f:5: resources[0].requests: ".nan" is not a plain decimal number`},
		{"infinity", res("    requests: .inf\n"), `f:5: resources[0].requests: ".inf" is not a plain decimal number`},
		{"minus infinity", res("    requests: -.Inf\n"), `f:5: resources[0].requests: "-.Inf" is not a plain decimal number`},
		{"hexadecimal", res("    requests: 0x10\n"), `f:5: resources[0].requests: "0x10" is not a plain decimal number`},
		{"octal", res("    requests: 010\n"), `f:5: resources[0].requests: "010" is not a plain decimal number`},
		{"odd groups", res("    requests: 1_0\n"), `f:5: resources[0].requests: "1_0" is not a plain decimal number`},
		{"a date", res("    requests: 2026-01-01\n"), `f:5: resources[0].requests: "2026-01-01" is not a plain decimal number`},
		{"empty", res("    requests:\n"), "f:5: resources[0].requests: want a number, got nothing"},
		{"a flag for a number", res("    requests: true\n"), "f:5: resources[0].requests: want a number, got true or false"},
		{"a list for a number", res("    requests: [1]\n"), "f:5: resources[0].requests: want a number, got a list"},
		{"too large", res("    requests: 1e19\n"), "f:5: resources[0].requests: 1e19 is too large: the largest quantity is 1e18"},
		{"far too large", res("    requests: 1e999999999\n"), `f:5: resources[0].requests: "1e999999999" is not a plain decimal number`},
		{"far too small", res("    requests: 1e-999999999\n"), `f:5: resources[0].requests: "1e-999999999" is not a plain decimal number`},
		{"a number for a flag", res("    init_billed: 1\n"), "f:5: resources[0].init_billed: want true or false, got a number"},
		{"yes for a flag", res("    init_billed: yes\n"), "f:5: resources[0].init_billed: want true or false, got text"},
		{"no such choice", res("    architecture: arm\n"), `f:5: resources[0].architecture: "arm": want one of x86_64, arm64`},
		{"a number for a name", "region: us-east-1\nresources:\n  - name: 5\n    service: lambda\n", "f:3: resources[0].name: want text, got a number: put it in quotes if it is meant as text"},
		{"an empty name", "region: us-east-1\nresources:\n  - name: ''\n    service: lambda\n", "f:3: resources[0].name: is empty"},
		{"a long name", "region: us-east-1\nresources:\n  - name: " + strings.Repeat("n", 257) + "\n    service: lambda\n", "f:3: resources[0].name: longer than 256 bytes"},
		{"too little memory", res("    memory_mb: 64\n"), "f:5: resources[0].memory_mb: 64 is out of range: AWS allows 128 to 10240"},
		{"too much memory", res("    memory_mb: 10241\n"), "f:5: resources[0].memory_mb: 10241 is out of range: AWS allows 128 to 10240"},
		{"half a MB", res("    memory_mb: 128.5\n"), "f:5: resources[0].memory_mb: 128.5 is not a whole number"},
		{"too much storage", res("    ephemeral_storage_mb: 20480\n"), "f:5: resources[0].ephemeral_storage_mb: 20480 is out of range: AWS allows 0 to 10240"},
		{"twice", res("    requests: 5\n    requests: 6\n"), "f:6: resources[0].requests: stands twice, first on line 5"},
		{"twice at the top", "region: us-east-1\nregion: us-east-1\nresources: []\n", "f:2: region: stands twice, first on line 1"},
		{"an alias", "region: &r us-east-1\nresources:\n  - {service: lambda, region: *r}\n", "f:3: aliases (*r) are not read: write the value out"},
		{"a merge key", "resources:\n  - &b {service: lambda}\n  - {<<: *b}\n", "f:3: a key must be plain text"},
		{"a list as key", "? [1, 2]\n: 3\n", "f:1: a key must be plain text"},
		{"broken YAML", "region: [\n", "f:"},
		{"a tab", "resources:\n\t- a\n", "f:"},
		{"two documents", "resources: []\n---\nresources: []\n", "f:2: a second document: a usage file is one"},
		{"free_tier no flag", "free_tier: 1\nresources: []\n", "f:1: free_tier: want true or false, got a number"},
		{"hours negative", "hours_in_month: -1\nresources: []\n", "f:1: hours_in_month: -1 is negative"},
		{"not UTF-8", "region: \xff\xfe\xfd\n", "f: not readable as YAML: "},
		{"escape codes", res("    \"\\e[2J\\x07\\u202e\": 5\n"), "f:5: resources[0].[2J: unknown field"},

		{"JSON that ends", `{"resources": [`, "f:1: not readable as JSON: it ends too early"},
		{"JSON with a comma", "{\n\"resources\": [,]}", "f:2: not readable as JSON: invalid character ','"},
		{"JSON twice", "{\"region\": \"us-east-1\",\n\"region\": \"us-east-1\", \"resources\": []}", "f:2: region: stands twice, first on line 1"},
		{"JSON null", "{\"region\": \"us-east-1\", \"resources\": [\n{\"service\": \"lambda\",\n\"requests\": null}]}", "f:3: resources[0].requests: want a number, got nothing"},
		{"JSON text", "{\"region\": \"us-east-1\", \"resources\": [\n{\"service\": \"lambda\",\n\"requests\": \"5\"}]}", `f:3: resources[0].requests: "5" is not a plain decimal number`},
		{"JSON and more", `{"resources": []} {}`, "f:1: something follows the document"},
		{"JSON list", `[]`, "f:1: want a mapping of region, free_tier, hours_in_month, resources, got a list"},

		{"an RI for Fargate", "region: us-east-1\nresources:\n  - {service: fargate, vcpu: 1, memory_gb: 2, purchase: standard-ri-1y}\n", `resources[0].purchase: "standard-ri-1y": want one of on-demand, spot, savings-plan-1y, savings-plan-3y`},
		{"no instance type", "region: us-east-1\nresources:\n  - service: ec2\n", "f:3: resources[0].instance_type: missing: ec2 needs it"},
		{"a strange instance type", "region: us-east-1\nresources:\n  - service: ec2\n    instance_type: big\n", `f:4: resources[0].instance_type: "big" is not an instance type such as c7g.large`},
		{"credits without T", "region: us-east-1\nresources:\n  - service: ec2\n    instance_type: c5.large\n    surplus_vcpu_hours: 1\n", "f:5: resources[0].surplus_vcpu_hours: c5.large has no CPU credits"},
	} {
		_, err := Parse("f", []byte(c.text))
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), "f:") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
			continue
		}
		if strings.ContainsAny(err.Error(), "\n\x1b\a\u202e") {
			t.Errorf("%s: not one line: %q", c.name, err)
		}
	}
}

// The same file in both languages, with all that may be left out.
func TestYAMLAndJSON(t *testing.T) {
	yaml := `# a comment
resources:
  - name: checkout
    service: lambda
    architecture: arm64
    requests: 3_000_000
    duration_ms: 1.2e2
    init_billed: false
  - {service: alb, region: eu-west-1, hours: .5, lambda_targets: False}
free_tier: true
hours_in_month: 744
region: us-east-1
`
	json := "\xef\xbb\xbf\t{\"resources\":[{\"name\":\"check\\u006fut\",\"service\":\"lambda\",\n\t\"architecture\":\"arm64\",\"requests\":3000000,\"duration_ms\":120.0,\"init_billed\":false},\n" +
		"\t{\"service\":\"alb\",\"region\":\"eu-west-1\",\"hours\":0.5,\"lambda_targets\":false}],\"free_tier\":true,\"hours_in_month\":744,\"region\":\"us-east-1\"}"
	flow := "{resources: [{name: checkout, service: lambda, architecture: arm64, requests: 3000000, duration_ms: 120, init_billed: false}, {service: alb, region: eu-west-1, hours: 0.5, lambda_targets: false}], free_tier: true, hours_in_month: 744, region: us-east-1}"
	for name, text := range map[string]string{"YAML": yaml, "JSON": json, "flow YAML": flow} {
		u, err := Parse("f", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := fmt.Sprint(u.FreeTier, u.Hours)
		for _, r := range u.Resources {
			v := r.Values
			got += fmt.Sprint(" | ", r.Name, " ", r.Service, " ", r.Region, " ", v.Text("architecture"), " ", v.Number("memory_mb"), " ",
				v.Number("requests"), " ", v.Number("duration_ms"), " ", v.Flag("init_billed"), " ", v.Number("hours"), " ", v.Flag("lambda_targets"))
		}
		want := "true 744 | checkout lambda us-east-1 arm64 128 3000000 120 false 0 false | alb alb eu-west-1  0 0 0 false 0.5 false"
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

func TestDefaults(t *testing.T) {
	u, err := Parse("f", []byte("region: us-east-1\nresources:\n  - service: lambda\n  - {service: fargate, vcpu: 1, memory_gb: 2}\n  - {service: ec2, instance_type: c5.large}\n  - service: alb\n  - {service: lambda_managed_instances, instance_type: c5.large}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if u.FreeTier || u.Hours.String() != "730" {
		t.Errorf("free tier %t, hours %s", u.FreeTier, u.Hours)
	}
	number := func(i int, field, want string) {
		t.Helper()
		if got := u.Resources[i].Values.Number(field).String(); got != want {
			t.Errorf("%s.%s: got %s, want %s", u.Resources[i].Service, field, got, want)
		}
	}
	number(0, "memory_mb", "128")
	number(0, "ephemeral_storage_mb", "512")
	number(0, "requests", "0")
	number(0, "provisioned_hours", "0")
	number(1, "tasks", "1")
	number(1, "hours", "730")
	number(2, "count", "1")
	number(2, "hours", "730")
	number(3, "hours", "730")
	number(4, "instance_hours", "0")
	lambda, alb := u.Resources[0].Values, u.Resources[3].Values
	if lambda.Text("architecture") != "x86_64" || !lambda.Flag("init_billed") || !alb.Flag("lambda_targets") {
		t.Errorf("lambda %q %t, alb %t", lambda.Text("architecture"), lambda.Flag("init_billed"), alb.Flag("lambda_targets"))
	}
	for _, i := range []int{1, 2, 4} {
		if got := u.Resources[i].Values.Text("purchase"); got != "on-demand" {
			t.Errorf("%s: purchase %q", u.Resources[i].Service, got)
		}
	}
	if u.Resources[0].Name != "lambda" {
		t.Errorf("an unnamed resource is called %q", u.Resources[0].Name)
	}
}

// hostile are files made to keep a reader busy.
func hostile() map[string]string {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	return map[string]string{
		"an alias bomb":    bomb,
		"deep flow":        strings.Repeat("[", 200_000),
		"deep JSON":        strings.Repeat(`{"a":`, 200_000),
		"deep blocks":      strings.Repeat("- ", 200_000),
		"deep, closed":     strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"long digits":      "resources: [{service: lambda, region: us-east-1, requests: " + strings.Repeat("9", 1<<20) + "}]",
		"long fraction":    "resources: [{service: lambda, region: us-east-1, requests: 0." + strings.Repeat("1", 1<<20) + "}]",
		"long JSON digits": `{"resources": [{"service": "lambda", "region": "us-east-1", "requests": ` + strings.Repeat("9", 1<<20) + `}]}`,
		"too large a file": strings.Repeat("#", MaxBytes+1),
	}
}

func TestHostileInputEndsSoon(t *testing.T) {
	for name, text := range hostile() {
		start := time.Now()
		_, err := Parse("f", []byte(text))
		if err == nil {
			t.Errorf("%s: read", name)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

// FuzzParse holds that no file makes the reader panic, and that what it reads
// is within bounds.
func FuzzParse(f *testing.F) {
	f.Add([]byte("region: us-east-1\nfree_tier: true\nhours_in_month: 744\nresources:\n  - {name: a, service: lambda, requests: 1e6, duration_ms: 12.5}\n"))
	f.Add([]byte("resources:\n- {service: fargate, region: eu-west-1, vcpu: 0.25, memory_gb: 0.5, purchase: spot}\n- {service: ec2, region: eu-west-1, instance_type: t3.micro, surplus_vcpu_hours: 3}\n"))
	f.Add([]byte(`{"region":"us-east-1","resources":[{"service":"alb","lambda_targets":false,"lcu":1.5},{"service":"nat_gateway","processed_gb":1}]}`))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Add([]byte("--- !!binary x\n...\n%YAML 1.1\n"))
	f.Add([]byte(`{"resources":[{"service":"lambda","requests":-1e-99}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		u, err := Parse("f", data)
		var e *Error
		if err != nil && (!errors.As(err, &e) || strings.Contains(err.Error(), "\n")) {
			t.Fatalf("%q: %v", data, err)
		}
		if err != nil {
			return
		}
		for _, r := range u.Resources {
			s, ok := model.ServiceNamed(r.Service)
			if !ok || r.Region == "" || r.Region.InChina() || r.Name == "" {
				t.Fatalf("%q: read %+v", data, r)
			}
			for _, field := range s.Fields {
				q := r.Values.Number(field.Name)
				if q.Sign() < 0 || q.Cmp(maxQuantity) > 0 || len(q.String()) > 250 {
					t.Fatalf("%q: %s is %s", data, field.Name, q)
				}
			}
		}
	})
}
