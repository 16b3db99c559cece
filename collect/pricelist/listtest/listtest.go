// Package listtest writes price lists in the format that AWS publishes them
// in, for tests that read them over loopback or from a folder.
package listtest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Product is a SKU with its on-demand tiers.
type Product struct {
	SKU, Family string
	// Attributes are spelled as in JSON: "usagetype", "regionCode".
	Attributes map[string]string
	Unit       string
	Tiers      []Tier
	Currency   string // "USD" where empty
}

// Tier is a price from From up to To, "Inf" at the end.
type Tier struct{ From, To, USD string }

// Flat is one price for any quantity.
func Flat(usd string) []Tier { return []Tier{{"0", "Inf", usd}} }

// Offer is the file of one service in one region.
type Offer struct {
	Code, Region string
	Version      string // "20261001184746"
	Published    string // "2026-10-01T18:47:46Z"
	Products     []Product
	// TermsFirst puts the terms before the products, and both before what
	// tells what the file is about.
	TermsFirst bool
}

// Usage returns a product of a region with one price, told by its usage type.
func Usage(sku, region, usage, operation, usd string) Product {
	return Product{
		SKU: sku, Family: "Serverless", Unit: "Units", Tiers: Flat(usd),
		Attributes: map[string]string{"regionCode": region, "locationType": "AWS Region", "usagetype": usage, "operation": operation},
	}
}

func (o Offer) attributes(p Product) map[string]string {
	all := map[string]string{"servicecode": o.Code, "servicename": "a service, \"quoted\" \u00e9"}
	for k, v := range p.Attributes {
		all[k] = v
	}
	return all
}

func (p Product) currency() string {
	if p.Currency != "" {
		return p.Currency
	}
	return "USD"
}

const termCode = "JRTCKXETXF"

// JSON returns the offer as index.json has it.
func (o Offer) JSON() []byte {
	products, terms := map[string]any{}, map[string]any{}
	for _, p := range o.Products {
		products[p.SKU] = map[string]any{"sku": p.SKU, "productFamily": p.Family, "attributes": o.attributes(p)}
		dims := map[string]any{}
		for i, t := range p.Tiers {
			code := fmt.Sprintf("%s.%s.TIER%d", p.SKU, termCode, i)
			dims[code] = map[string]any{
				"rateCode": code, "description": "a price", "beginRange": t.From, "endRange": t.To, "unit": p.Unit,
				"pricePerUnit": map[string]string{p.currency(): t.USD}, "appliesTo": []string{},
			}
		}
		terms[p.SKU] = map[string]any{p.SKU + "." + termCode: map[string]any{
			"offerTermCode": termCode, "sku": p.SKU, "effectiveDate": "2026-09-01T00:00:00Z", "priceDimensions": dims, "termAttributes": map[string]string{},
		}}
	}
	reserved := map[string]any{"ANY": map[string]any{"ANY.4NA7Y494T4": map[string]any{"priceDimensions": map[string]any{}}}}
	head := []string{field("formatVersion", "v1.0"), field("disclaimer", "none"), field("offerCode", o.Code), field("version", o.Version), field("publicationDate", o.Published)}
	body := []string{field("products", products), field("terms", map[string]any{"OnDemand": terms, "Reserved": reserved})}
	if o.TermsFirst {
		return join(body[1], body[0], strings.Join(head, ",\n"))
	}
	return join(append(head, body...)...)
}

func join(parts ...string) []byte { return []byte("{\n" + strings.Join(parts, ",\n") + "\n}\n") }

func field(name string, value any) string {
	text, err := json.MarshalIndent(value, "  ", "  ")
	if err != nil {
		return ""
	}
	return fmt.Sprintf("  %q : %s", name, text)
}

// csvNames are the columns of attributes as CSV spells them.
var csvNames = map[string]string{
	"servicecode": "serviceCode", "servicename": "serviceName", "usagetype": "usageType", "regionCode": "Region Code", "locationType": "Location Type",
	"cacheMemorySizeGb": "Cache Memory Size Gb", "queueType": "Queue Type", "preInstalledSw": "Pre Installed S/W", "toLocation": "To Location",
	"instanceType": "Instance Type", "operatingSystem": "Operating System", "capacitystatus": "CapacityStatus", "logsDestination": "Logs Destination",
	"tenancy": "Tenancy", "operation": "operation", "group": "Group", "licenseModel": "License Model",
}

// CSV returns the offer as index.csv has it.
func (o Offer) CSV() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	columns := []string{"SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate", "StartingRange", "EndingRange", "Unit", "PricePerUnit", "Currency", "Product Family"}
	fixed := len(columns)
	var names []string
	for _, n := range sorted(csvNames) {
		names, columns = append(names, n), append(columns, csvNames[n])
	}
	for _, row := range [][]string{{"FormatVersion", "v1.0"}, {"Disclaimer", "none, \"at\" all"}, {"Publication Date", o.Published}, {"Version", o.Version}, {"OfferCode", o.Code}, columns} {
		_ = w.Write(row) // to memory
	}
	for _, p := range o.Products {
		all := o.attributes(p)
		for i, t := range p.Tiers {
			row := make([]string, len(columns))
			copy(row, []string{p.SKU, termCode, fmt.Sprintf("%s.%s.TIER%d", p.SKU, termCode, i), "OnDemand", "a price", "2026-09-01", t.From, t.To, p.Unit, t.USD, p.currency(), p.Family})
			for j, n := range names {
				row[fixed+j] = all[n]
			}
			_ = w.Write(row)
		}
	}
	w.Flush()
	return b.Bytes()
}

func sorted(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Files returns a price list of offers by path, as it stands on AWS's server.
func Files(offers ...Offer) map[string][]byte {
	files, index, regions := map[string][]byte{}, map[string]any{}, map[string]map[string]any{}
	for _, o := range offers {
		base := "/offers/v1.0/aws/" + o.Code
		path := fmt.Sprintf("%s/%s/%s/index", base, o.Version, o.Region)
		files[path+".json"], files[path+".csv"] = o.JSON(), o.CSV()
		if regions[o.Code] == nil {
			regions[o.Code] = map[string]any{}
		}
		regions[o.Code][o.Region] = map[string]string{"regionCode": o.Region, "currentVersionUrl": path + ".json"}
		index[o.Code] = map[string]string{
			"offerCode": o.Code, "versionIndexUrl": base + "/index.json", "currentVersionUrl": base + "/current/index.json", "currentRegionIndexUrl": base + "/current/region_index.json",
		}
		files[base+"/current/region_index.json"] = join(field("formatVersion", "v1.0"), field("disclaimer", "none"), field("publicationDate", o.Published), field("regions", regions[o.Code]))
	}
	files["/offers/v1.0/aws/index.json"] = join(field("formatVersion", "v1.0"), field("publicationDate", "2026-10-01T18:47:46Z"), field("offers", index))
	return files
}

// Serve answers with the files of a price list, by path.
func Serve(files map[string][]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(text) // a reader that went away is the test's business
	}
}
