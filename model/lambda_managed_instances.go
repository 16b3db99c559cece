package model

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var _ = register(Service{
	Name: "lambda_managed_instances",
	Fields: []Field{
		{Name: "instance_type", Kind: Text, Required: true},
		{Name: "instance_hours"},
		{Name: "requests"},
		{Name: "purchase", Kind: Choice, Choices: ec2Purchases},
	},
	Check: checkInstanceType,
	Bill:  billManagedInstances,
})

// billManagedInstances follows the AWS Lambda pricing page, "Lambda Managed
// Instances": the instances as EC2 sells them, a management fee, requests,
// and nothing for duration.
func billManagedInstances(l *Lines, v Values) {
	instance, hours := v.Text("instance_type"), v.Number("instance_hours")
	rate, err := EC2Rate(l.bill.Book(), l.region, instance, v.Text("purchase"))
	l.AddRate(amazonEC2, ec2Dimension(instance, v.Text("purchase")), rate, err, hours)
	fee, err := ManagementFee(l.bill.Book(), l.region, instance)
	l.AddRate(awsLambda, "managed-instances-management-fee:"+instance, fee, err, hours)
	l.Add(awsLambda, "managed-instances-requests", v.Number("requests"))
}

// ManagementFee returns what Lambda Managed Instances add to an instance
// hour: 15 % of its on-demand price, however the instance was bought (AWS
// Lambda pricing page). The error is a *price.MissingError.
func ManagementFee(book *price.Book, region unit.Region, instanceType string) (Rate, error) {
	fee := Rate{Unit: "hour"}
	usd, source, err := book.OnDemand(region, instanceType)
	if err != nil {
		return fee, err
	}
	share, err := book.Lookup(price.Key{Service: awsLambda, Region: region, Dimension: "managed-instances-management-fee"})
	if err != nil {
		return fee, err
	}
	factor, factorSource := share.First()
	fee.USD, fee.Source = usd, source
	if fee, err = fee.times(factor, factorSource); err != nil {
		return fee, fmt.Errorf("management fee of %s: %w", instanceType, err)
	}
	return fee, nil
}
