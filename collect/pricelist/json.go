package pricelist

import (
	"errors"
	"fmt"
	"io"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// opener opens a file from its start, as often as it is asked.
type opener func() (io.ReadCloser, error)

// readJSON reads an offer file in JSON. Products stand before their terms in
// AWS's files; where they do not, the file is read twice rather than kept.
func readJSON(open opener, code string, region unit.Region) (*offer, error) {
	o := &offer{code: code, region: region, skus: map[string]*sku{}}
	first := jsonReader{offer: o, products: true}
	if err := first.file(open); err != nil {
		return nil, err
	}
	if !first.hasProducts || !first.hasTerms {
		return nil, errors.New("it has no products or no terms: it is no offer file")
	}
	if first.early {
		if err := (&jsonReader{offer: o, ready: true}).file(open); err != nil {
			return nil, err
		}
	}
	return o, o.head()
}

// jsonReader is one pass over a file.
type jsonReader struct {
	*scanner
	*offer
	products bool // this pass reads the products
	ready    bool // all products were read
	early    bool // terms came before
	// hasProducts and hasTerms are what the file was seen to have.
	hasProducts, hasTerms bool
}

func (r *jsonReader) file(open opener) error {
	in, err := open()
	if err != nil {
		return err
	}
	defer in.Close()
	r.scanner = newScanner(in)
	if err := r.object(r.section); err != nil {
		return err
	}
	return r.end()
}

func (r *jsonReader) section(key string) error {
	switch key {
	case "offerCode":
		return r.offerCode()
	case "version":
		return r.keep(&r.version)
	case "publicationDate":
		return r.keep(&r.published)
	case "products":
		if r.hasProducts = true; !r.products {
			return r.skip()
		}
		err := r.object(r.product)
		r.ready = true
		return err
	case "terms":
		if r.hasTerms = true; !r.ready {
			r.early = true
			return r.skip()
		}
		return r.object(r.terms)
	}
	return r.skip()
}

// offerCode checks that the file is about the offer that was asked for.
func (r *jsonReader) offerCode() error {
	code := ""
	if err := r.keep(&code); err != nil {
		return err
	}
	if code != r.code {
		return fmt.Errorf("it is about %.40q, not %s", code, r.code)
	}
	return nil
}

// keep reads a string into to.
func (s *scanner) keep(to *string) error {
	text, whole, err := s.text()
	if err == nil && !whole {
		err = fmt.Errorf("want a string of at most %d bytes", maxText)
	}
	*to = text
	return err
}

// product reads a product; an attribute that is no short string is left out.
func (r *jsonReader) product(name string) error {
	p := product{}
	err := r.object(func(key string) (err error) {
		switch key {
		case "productFamily":
			p["productfamily"], _, err = r.text()
			return err
		case "attributes":
			return r.object(func(key string) error {
				if name := attribute(key); wanted[name] {
					text, _, err := r.text()
					p[name] = text
					return err
				}
				return r.skip()
			})
		}
		return r.skip()
	})
	if err != nil {
		return err
	}
	return r.add(name, p)
}

func (r *jsonReader) terms(kind string) error {
	if kind != "OnDemand" {
		return r.skip()
	}
	return r.object(func(name string) error {
		s, ok := r.skus[name]
		if !ok {
			return r.skip()
		}
		return r.object(func(code string) error { return r.term(s, code) })
	})
}

// term reads one offer term of a product.
func (r *jsonReader) term(s *sku, code string) error {
	effective := ""
	t := s.term(code, "")
	err := r.object(func(key string) (err error) {
		switch key {
		case "effectiveDate":
			effective, _, err = r.text()
			return err
		case "priceDimensions":
			return r.object(func(code string) error {
				rate, err := r.rate()
				s.put(t, code, rate)
				return err
			})
		}
		return r.skip()
	})
	if t != nil {
		t.effective = effective
	}
	return err
}

// rate reads a price dimension.
func (r *jsonReader) rate() (rate, error) {
	var out rate
	err := r.object(func(key string) (err error) {
		switch key {
		case "beginRange":
			out.from, _, err = r.text()
			return err
		case "endRange":
			out.to, _, err = r.text()
			return err
		case "pricePerUnit":
			return r.object(func(currency string) error {
				usd, _, err := r.text()
				if out.currency == "" || currency == "USD" {
					out.currency, out.usd = currency, usd
				}
				return err
			})
		}
		return r.skip()
	})
	return out, err
}
