package pricelist

import (
	"regexp"
	"strings"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// product is what an offer file says of a SKU, as far as it tells which price
// it is. The keys are those of attribute: lower case, letters and digits only.
type product map[string]string

// wanted are the attributes that are kept.
var wanted = map[string]bool{
	"productfamily": true, "servicecode": true, "regioncode": true, "fromregioncode": true, "usagetype": true, "operation": true, "group": true,
	"cachememorysizegb": true, "queuetype": true, "logsdestination": true, "tolocation": true, "transfertype": true,
	"instancetype": true, "operatingsystem": true, "tenancy": true, "preinstalledsw": true, "capacitystatus": true, "licensemodel": true,
}

// attribute spells a name of an attribute as both formats can: JSON says
// preInstalledSw where CSV says "Pre Installed S/W".
func attribute(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}

// target is a price of the book that a SKU gives: the dimension, and how many
// of AWS's units are one of ours.
type target struct {
	dimension string
	per       int64 // 0 is 1
}

// rule tells by its usage type, and by other attributes where those of
// different prices are alike, which price a product is.
type rule struct {
	usage     string // without the region's prefix
	where     product
	dimension string
	per       int64
}

// regionPrefix is what usage types begin with outside us-east-1, and those of
// newer services there: "USE2-", "EUC1-", "APN1-" and, for Ireland, "EU-".
var regionPrefix = regexp.MustCompile(`^(?:[A-Z]{2,3}[0-9]|EU)-`)

// usage returns a product's usage type without the region.
func (p product) usage() string { return regionPrefix.ReplaceAllString(p["usagetype"], "") }

// is reports whether p has every attribute of want, letter case aside.
func (p product) is(want product) bool {
	for name, value := range want {
		if !strings.EqualFold(p[name], value) {
			return false
		}
	}
	return true
}

// targets returns the prices of the book that a product of an offer in a
// region gives, none for what the book does not know.
func (p product) targets(offer string, region unit.Region) []target {
	if code := p["servicecode"]; code != "" && code != offer {
		return nil // such as data transfer, which many files repeat
	}
	if !p.in(region) {
		return nil
	}
	if offer == "AmazonEC2" && strings.HasPrefix(p.usage(), "BoxUsage:") {
		return p.instance()
	}
	var found []target
	for _, r := range rules[offer] {
		if r.usage != "" && !strings.EqualFold(p.usage(), r.usage) || !p.is(r.where) {
			continue
		}
		found = append(found, target{dimension: r.dimension, per: r.per})
	}
	return found
}

// in reports whether a product is of a region. Free allowances have none.
func (p product) in(region unit.Region) bool {
	if strings.HasPrefix(p["usagetype"], "Global-") {
		return false
	}
	code := p["regioncode"]
	if code == "" {
		code = p["fromregioncode"]
	}
	return code == "" || unit.Region(code) == region
}

// linuxOnDemand is what servers are compared at.
var linuxOnDemand = product{
	"operatingsystem": "Linux", "tenancy": "Shared", "preinstalledsw": "NA", "capacitystatus": "Used", "operation": "RunInstances",
}

var instanceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,20}\.[a-z0-9-]{1,20}$`)

// instance is the price of an instance type on demand.
func (p product) instance() []target {
	name := strings.TrimPrefix(p.usage(), "BoxUsage:")
	if !p.is(linuxOnDemand) || !instanceName.MatchString(name) || p["instancetype"] != "" && p["instancetype"] != name {
		return nil
	}
	if l := p["licensemodel"]; l != "" && !strings.EqualFold(l, "No License required") {
		return nil
	}
	return []target{{dimension: price.OnDemandKey("", name).Dimension}}
}
