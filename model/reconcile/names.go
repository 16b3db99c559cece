package reconcile

import (
	"slices"
	"strings"
)

// service says how one service stands on a bill.
type service struct {
	// name as in usage files and views: "lambda".
	name string
	// products are its names on bills: CUR's product codes and service codes,
	// FOCUS's ServiceName.
	products []string
	// dimension returns the dimension of the price book that a usage type
	// (lower case, without its region's prefix) with an operation is billed
	// under, "" for one that breakeven does not know.
	dimension func(usage, operation string) string
	// claims tells whether a usage type of a product, both in lower case, is
	// the service's where the product alone does not decide.
	claims func(product, usage string) bool
	// byOperation is set where usage types alone do not tell the dimension.
	byOperation bool
	// estimated is set on a service that is priced from usage files alone:
	// nothing of it is collected.
	estimated bool
}

// services are the registered ones.
var services []service

func register(s service) bool {
	services = append(services, s)
	return true
}

// regionPrefixes stand in front of usage types. Us-east-1 has none, or USE1-
// on newer services (AWS Price List; AWS Data Exports user guide).
var regionPrefixes = []string{
	"use1", "use2", "usw1", "usw2", "ugw1", "uge1", "can1", "can2", "mxc1", "eu", "euw1", "euw2", "euw3", "euc1", "euc2",
	"eun1", "eus1", "eus2", "apn1", "apn2", "apn3", "aps1", "aps2", "aps3", "aps4", "aps5", "aps6", "aps7", "aps8", "aps9",
	"ape1", "ape2", "sae1", "afs1", "mes1", "mec1", "ilc1", "cnn1", "cnw1", "global",
}

// Plain is a usage type in lower case without its region's prefix.
func Plain(usageType string) string {
	u := strings.ToLower(strings.TrimSpace(usageType))
	if prefix, rest, ok := strings.Cut(u, "-"); ok && slices.Contains(regionPrefixes, prefix) {
		return rest
	}
	return u
}

// ServiceOf returns breakeven's name of the service that a bill calls product
// and charges for a usage type; what breakeven has no name for keeps the
// bill's.
func ServiceOf(product, usageType string) string {
	usage := Plain(usageType)
	for _, s := range services {
		if s.claims != nil && s.claims(strings.ToLower(product), usage) {
			return s.name
		}
	}
	for _, s := range services {
		for _, p := range s.products {
			if strings.EqualFold(p, product) {
				return s.name
			}
		}
	}
	return product
}

// DimensionOf returns the dimension of the price book that a service's usage
// type and operation are billed under, "" for one that breakeven does not
// price.
func DimensionOf(name, usageType, operation string) string {
	for _, s := range services {
		if s.name == name && s.dimension != nil {
			return s.dimension(Plain(usageType), strings.ToLower(operation))
		}
	}
	return ""
}

// known tells whether breakeven has prices of the service.
func known(name string) bool {
	return slices.ContainsFunc(services, func(s service) bool { return s.name == name })
}

// collected tells whether breakeven measures the service.
func collected(name string) bool {
	return slices.ContainsFunc(services, func(s service) bool { return s.name == name && !s.estimated })
}

// exactly is the dimension function of services whose usage types alone
// decide.
func exactly(names map[string]string) func(usage, operation string) string {
	return func(usage, _ string) string { return names[usage] }
}
