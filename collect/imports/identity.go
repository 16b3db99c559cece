package imports

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// identity is whose invocations a log holds, as far as known.
type identity struct {
	account unit.AccountID
	region  unit.Region
	name    string
}

// fill takes what i lacks from other.
func (i identity) fill(other identity) identity {
	if i.account == "" {
		i.account = other.account
	}
	if i.region == "" {
		i.region = other.region
	}
	if i.name == "" {
		i.name = other.name
	}
	return i
}

// parseFunction reads a function's ARN or name; a version or alias at the end
// is dropped, because REPORT lines are counted by function.
func parseFunction(s string) (identity, error) {
	if !strings.HasPrefix(s, "arn:") {
		name, _, _ := strings.Cut(s, ":")
		if name == "" || strings.ContainsAny(name, "/ \t") {
			return identity{}, fmt.Errorf("%q is not the name or ARN of a function", s)
		}
		return identity{name: name}, nil
	}
	p := strings.Split(s, ":")
	if len(p) < 7 || p[2] != "lambda" || p[5] != "function" || p[3] == "" || p[4] == "" || p[6] == "" {
		return identity{}, fmt.Errorf("%q is not the ARN of a function (arn:aws:lambda:REGION:ACCOUNT:function:NAME)", s)
	}
	return identity{account: unit.AccountID(p[4]), region: unit.Region(p[3]), name: p[6]}, nil
}

const groupPrefix = "/aws/lambda/"

// ofGroup reads what a log group's name or ARN and a stream's name tell. A
// group that several functions share has the function's name in the stream:
// YYYY/MM/DD/name[version]id.
func ofGroup(group, stream string) identity {
	var i identity
	if p := strings.Split(group, ":"); len(p) >= 7 && p[0] == "arn" && p[5] == "log-group" {
		i.region, i.account, group = unit.Region(p[3]), unit.AccountID(p[4]), p[6]
	}
	if name, ok := strings.CutPrefix(group, groupPrefix); ok {
		i.name = name
		return i
	}
	if open := strings.IndexByte(stream, '['); open > len("2006/01/02/") {
		i.name = stream[len("2006/01/02/"):open]
	}
	return i
}

// ofPath finds a function's log group in the path of a file, as exports to S3
// have it where the prefix was set to the group's name: .../aws/lambda/NAME/...
// or, with slashes replaced, .../aws-lambda-NAME/...
func ofPath(path string) identity {
	parts := strings.Split(filepath.ToSlash(path), "/")
	dirs := parts[:len(parts)-1]
	for i, p := range dirs {
		if p == "aws" && i+2 < len(dirs) && dirs[i+1] == "lambda" {
			return identity{name: dirs[i+2]}
		}
		if name, ok := strings.CutPrefix(p, "aws-lambda-"); ok && name != "" {
			return identity{name: name}
		}
	}
	return identity{}
}

// among finds the one stored function that i can mean.
func (i identity) among(rs []store.Resource) (store.Resource, bool) {
	var found []store.Resource
	for _, r := range rs {
		if r.Key.Name == i.name && (i.region == "" || i.region == r.Key.Region) && (i.account == "" || i.account == r.Key.Account) {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		return store.Resource{}, false
	}
	return found[0], true
}
