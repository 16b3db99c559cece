package collect_test

import (
	"slices"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// TestOrganisation collects all active accounts of an organisation in all
// enabled regions; the one that cannot be entered is a gap and stops nobody.
func TestOrganisation(t *testing.T) {
	server := simulate(t, awstest.Options{Seed: 3, Days: 1, Rate: 0.1})
	path := newPath(t)
	res := mustRun(t, path, collect.Options{
		Now: server.Now(), Clock: time.Now, Window: model.Window{From: server.Now().Add(-3 * time.Hour), To: server.Now()},
		Reports: collect.ReportsOff, Rates: map[string]float64{"*": 5000}, Only: []string{"sqs"}, AllRegions: true,
		RoleARN: "arn:aws:iam::{account}:role/breakeven", Accounts: []unit.AccountID{collect.Organization},
	})
	if want := []unit.AccountID{awstest.AccountID, awstest.MemberAccount}; !slices.Equal(res.Accounts, want) {
		t.Errorf("accounts %v, want %v", res.Accounts, want)
	}
	if want := []unit.Region{"ap-southeast-2", "eu-west-1", "us-east-1"}; !slices.Equal(res.Regions, want) {
		t.Errorf("regions %v, want %v", res.Regions, want)
	}
	if len(res.Gaps) != 1 || res.Gaps[0].Account != awstest.DeniedAccount || res.Gaps[0].Metric != "sts:AssumeRole" {
		t.Errorf("gaps %+v, want one of account %s", res.Gaps, awstest.DeniedAccount)
	}
	r, err := store.OpenReader(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	in, err := r.Inputs(t.Context(), store.InputsRequest{Window: model.Window{From: server.Start(), To: server.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	perAccount := map[unit.AccountID]int{}
	for _, q := range in.Resources {
		perAccount[q.Key.Account]++
	}
	if len(perAccount) != 2 || perAccount[awstest.AccountID] == 0 || perAccount[awstest.MemberAccount] == 0 {
		t.Errorf("queues by account %v, want some in both", perAccount)
	}
}

// TestNoAccountCanBeEntered is an error, with the account's name in it.
func TestNoAccountCanBeEntered(t *testing.T) {
	server := simulate(t, awstest.Options{Seed: 3, Days: 1, Rate: 0.1})
	_, err := collect.New(t.Context(), collect.Options{
		Now: server.Now(), Clock: time.Now, RoleARN: "arn:aws:iam::{account}:role/breakeven", Accounts: []unit.AccountID{awstest.DeniedAccount},
	})
	if err == nil {
		t.Fatal("entered an account that is closed")
	}
}
