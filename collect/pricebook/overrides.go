package pricebook

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// ReadOverrides reads a file of what was agreed upon with AWS; one that is
// not there holds none. What it names must be in the book. An error names the
// file and the line.
func ReadOverrides(path string, book *price.Book) ([]price.Override, error) {
	text, err := readFile(path)
	if err != nil || text == nil {
		return nil, err
	}
	all, err := ParseOverrides(text, book)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", path, err)
	}
	return all, nil
}

// ParseOverrides reads the text of a file of overrides:
//
//	overrides:
//	  - service: AWSLambda        # left out: every service
//	    region: eu-west-1         # left out: every region
//	    dimension: duration-*     # left out: every dimension
//	    discount_percent: 10      # or price_usd: 0.000015
//	    note: agreement of 2026
//
// An error starts with the line it is about.
func ParseOverrides(text []byte, book *price.Book) ([]price.Override, error) {
	doc, err := parse(text)
	if err != nil {
		return nil, err
	}
	list, err := doc.list()
	if err != nil || list == nil {
		return nil, err
	}
	var all []price.Override
	for _, n := range list.Content {
		o, err := override(n, book)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(p price.Override) bool { return sameScope(o, p) }); i >= 0 {
			return nil, atLine(n, "is about the same prices as the one at line %d", list.Content[i].Line)
		}
		all = append(all, o)
	}
	return all, nil
}

func sameScope(o, p price.Override) bool {
	return o.Service == p.Service && o.Region == p.Region && o.Dimension == p.Dimension
}

// document is a file of overrides as it stands, comments included.
type document struct{ root yaml.Node }

func parse(text []byte) (*document, error) {
	var d document
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&d.root); err != nil && len(bytes.TrimSpace(text)) > 0 {
		if line, rest, ok := strings.Cut(strings.TrimPrefix(err.Error(), "yaml: line "), ": "); ok && !strings.HasPrefix(line, "yaml") {
			return nil, fmt.Errorf("%s: %s", line, oneLine(rest))
		}
		return nil, fmt.Errorf("1: %s", oneLine(err.Error()))
	}
	return &d, nil
}

// oneLine makes an error of the YAML reader fit in one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// list returns the list of overrides, nil where there is none.
func (d *document) list() (*yaml.Node, error) {
	if len(d.root.Content) == 0 {
		return nil, nil
	}
	top := d.root.Content[0]
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return nil, nil
	}
	if top.Kind != yaml.MappingNode || len(top.Content) != 2 || top.Content[0].Value != "overrides" {
		return nil, atLine(top, "want the one key overrides, with a list")
	}
	list := top.Content[1]
	if list.Kind == yaml.ScalarNode && list.Tag == "!!null" {
		return nil, nil
	}
	if list.Kind != yaml.SequenceNode {
		return nil, atLine(list, "want a list of overrides")
	}
	return list, nil
}

// atLine is an error about a node.
func atLine(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%d: %s", n.Line, fmt.Sprintf(format, args...))
}

// override reads one entry.
func override(n *yaml.Node, book *price.Book) (price.Override, error) {
	var o price.Override
	if n.Kind != yaml.MappingNode {
		return o, atLine(n, "want service, region, dimension, and discount_percent or price_usd")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if seen[key.Value] {
			return o, atLine(key, "%.40q stands here twice", key.Value)
		}
		seen[key.Value] = true
		if value.Kind != yaml.ScalarNode {
			return o, atLine(value, "%.40s: want one value", key.Value)
		}
		if err := setField(&o, key.Value, value.Value); err != nil {
			return o, atLine(value, "%s", err)
		}
	}
	if err := Check(o, book); err != nil {
		return o, atLine(n, "%s", err)
	}
	return o, nil
}

// setField reads one field of an override.
func setField(o *price.Override, key, value string) (err error) {
	switch key {
	case "service":
		o.Service = value
	case "region":
		o.Region = unit.Region(value)
	case "dimension":
		o.Dimension = value
	case "note":
		o.Note = value
	case "discount_percent":
		if o.Percent, err = price.ParseAmount(value); err != nil {
			return fmt.Errorf("discount_percent: %w", err)
		}
	case "price_usd":
		usd, err := price.ParsePrice(value)
		if err != nil {
			return fmt.Errorf("price_usd: %w", err)
		}
		o.Price = &usd
	default:
		return fmt.Errorf("%.40q: want service, region, dimension, discount_percent, price_usd or note", key)
	}
	return nil
}

var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)

// Check tells what is wrong with an override: something that the book does not
// know, or a number that is no discount.
func Check(o price.Override, book *price.Book) error {
	if o.Region != "" && !regionName.MatchString(string(o.Region)) {
		return fmt.Errorf("region %.40q: want a code such as eu-west-1", string(o.Region))
	}
	if o.Region.InChina() {
		return fmt.Errorf("region %s: billed in CNY; only prices in USD are known", o.Region)
	}
	if len(o.Note) > 100 || strings.ContainsFunc(o.Note, unicode.IsControl) {
		return errors.New("note: want a line of at most 100 bytes")
	}
	if err := checkRate(o); err != nil {
		return err
	}
	if o.Service != "" && !slices.Contains(book.Services(), o.Service) {
		return fmt.Errorf("service %.40q: want an offer code, one of %s", o.Service, strings.Join(book.Services(), ", "))
	}
	for _, p := range book.Find(o.Service, "") {
		k := p.Key
		if o.Region != "" {
			k.Region = o.Region
		}
		if o.Matches(k, p.Unit) {
			return nil
		}
	}
	return fmt.Errorf("dimension %.60q: the book has no such price (`breakeven prices show %s` lists them)", o.Dimension, o.Service)
}

// checkRate checks the number of an override.
func checkRate(o price.Override) error {
	switch {
	case o.Price != nil && !o.Percent.IsZero():
		return errors.New("discount_percent and price_usd cannot stand together")
	case o.Price != nil && (o.Service == "" || o.Dimension == "" || strings.HasSuffix(o.Dimension, "*")):
		return errors.New("price_usd needs a service and a whole dimension")
	case o.Price == nil && (o.Percent.Sign() <= 0 || o.Percent.Cmp(unit.QuantityOf(100)) > 0):
		return errors.New("want discount_percent, above 0 and up to 100, or price_usd")
	}
	return nil
}

// Set writes an override into a file, in the place of one about the same
// prices; the rest of the file, comments included, stays.
func Set(path string, o price.Override, book *price.Book) error {
	return edit(path, book, func(list *yaml.Node, all []price.Override) error {
		entry := node(o)
		if i := slices.IndexFunc(all, func(p price.Override) bool { return sameScope(o, p) }); i >= 0 {
			list.Content[i] = entry
			return nil
		}
		list.Content = append(list.Content, entry)
		return nil
	})
}

// ErrNoOverride is the removal of an override that is not there.
var ErrNoOverride = errors.New("there is no such override")

// Remove takes the override about the same prices as o out of a file.
func Remove(path string, o price.Override, book *price.Book) error {
	return edit(path, book, func(list *yaml.Node, all []price.Override) error {
		i := slices.IndexFunc(all, func(p price.Override) bool { return sameScope(o, p) })
		if i < 0 {
			return ErrNoOverride
		}
		list.Content = slices.Delete(list.Content, i, i+1)
		return nil
	})
}

// fileHead is the comment of a new file.
const fileHead = "What was agreed upon with AWS: discounts on list prices, and private prices.\nSee `breakeven prices override --help`."

// edit changes the list in a file.
func edit(path string, book *price.Book, do func(*yaml.Node, []price.Override) error) error {
	all, err := ReadOverrides(path, book)
	if err != nil {
		return err
	}
	text, err := readFile(path)
	if err != nil {
		return err
	}
	doc, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s:%w", path, err)
	}
	list, err := doc.list()
	if err != nil {
		return fmt.Errorf("%s:%w", path, err)
	}
	if list == nil {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		top := &yaml.Node{Kind: yaml.MappingNode, HeadComment: fileHead, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "overrides"}, list}}
		doc.root = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{top}}
	}
	if err := do(list, all); err != nil {
		return err
	}
	list.Style = 0
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc.root), enc.Close()); err != nil {
		return err
	}
	if _, err := ParseOverrides(out.Bytes(), book); err != nil {
		return fmt.Errorf("%s:%w", path, err)
	}
	return writeFile(path, out.Bytes())
}

// node is an override as YAML.
func node(o price.Override) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key, value, tag string) {
		if value != "" {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value})
		}
	}
	add("service", o.Service, "!!str")
	add("region", string(o.Region), "!!str")
	add("dimension", o.Dimension, "!!str")
	if o.Price != nil {
		add("price_usd", o.Price.String(), "")
	} else {
		add("discount_percent", o.Percent.String(), "")
	}
	add("note", o.Note, "!!str")
	return n
}
