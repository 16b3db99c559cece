package book

import (
	"strings"
	"testing"
	"testing/fstest"
)

const header = "service,region,dimension,unit,tier_from,tier_to,price_usd,as_of,source\n"

func build(t *testing.T, prices string) (map[string][]byte, error) {
	t.Helper()
	return Build(fstest.MapFS{
		"prices-a.csv":  {Data: []byte(header + prices)},
		"instances.csv": {Data: []byte("a,b,c,d,e,f,g,h,i,j,k\n")},
	})
}

func TestBuildPrefers(t *testing.T) {
	for _, c := range []struct{ name, prices, want string }{
		{"dated over remembered", "S,r,d,u,0,Inf,1,remembered,unsourced: as remembered\nS,r,d,u,0,Inf,2,2020-01-01,old\n", "d\tu\tr=2:1\n"},
		{"newer over older", "S,r,d,u,0,Inf,1,2020-01-01,old\nS,r,d,u,0,Inf,2,2026-01-01,new\nS,r,d,u,0,Inf,3,unknown,nobody\n", "d\tu\tr=2:1\n"},
		{"default means any", "S,default (all commercial regions not listed),d,u,0,Inf,1,2020,x\n", "d\tu\tany=1:1\n"},
		{"a table without its top", "S,r,d,u,0,10,1,2020,x\n", "d\tu\tr=1:1;10\n"},
		{"tiers in order", "S,r,d,u,10,Inf,1,2020,x\nS,r,d,u,0,10,2,2020,x\n", "d\tu\tr=2:1;10:1:1\n"},
		{"a free tier that a source leaves out", "S,q,d,u,0,5,0,2020,x\nS,q,d,u,5,Inf,2,2020,x\nS,r,d,u,5,Inf,3,2020,x\n", "d\tu\tq=0:1;5:2:1\tr=0:1;5:3:1\n"},
	} {
		files, err := build(t, c.prices)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := string(files["S"]); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for _, c := range []struct{ name, prices, want string }{
		{"a hole", "S,r,d,u,0,5,1,2020,x\nS,r,d,u,6,Inf,1,2020,x\n", "does not follow"},
		{"an overlap", "S,r,d,u,0,5,1,2020,x\nS,r,d,u,4,Inf,1,2020,x\n", "does not follow"},
		{"no bottom", "S,r,d,u,5,Inf,1,2020,x\n", "first tier starts at 5"},
		{"no number", "S,r,d,u,0,Inf,cheap,2020,x\n", "prices-a.csv:2: price_usd"},
		{"no tier", "S,r,d,u,low,Inf,1,2020,x\n", "prices-a.csv:2: tier_from"},
		{"a column too few", "S,r,d,u,0,Inf,1,2020\n", "wrong number of fields"},
	} {
		if _, err := build(t, c.prices); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}
