package pricelist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Request says what to read.
type Request struct {
	// Offers are offer codes ("AWSLambda"), Regions the regions to read each
	// of them for.
	Offers  []string
	Regions []unit.Region
	// CSV prefers the files in CSV to those in JSON; either way the other
	// kind is read where one is missing.
	CSV bool
	// Known is the book that what is read is held against.
	Known *price.Book
	// Progress, if set, is called when a file begins and when it was read. It
	// may be called from several goroutines at once.
	Progress func(File)
	// Backoff is how long to wait before a failed request is tried again; it
	// doubles each time.
	Backoff time.Duration
}

// File is what came of one offer file.
type File struct {
	Offer  string
	Region unit.Region
	// Path is where the file stands below the base URL; Published is the day
	// of its publication and Bytes its size as read, both empty while it is
	// being read.
	Path, Published string
	Bytes           int64
	// Prices counts the prices taken from it.
	Prices  int
	Skipped Skipped
	// Missing says that AWS has no such file: the service is not offered in
	// the region.
	Missing bool
}

// Result is what was read, in the order of the request.
type Result struct {
	Prices []price.Price
	Files  []File
}

// Fetch reads the offer files of a request. It returns all of them or an
// error that names the file: nothing is made of a part of what was asked for.
func Fetch(ctx context.Context, src Source, req Request) (*Result, error) {
	index, err := readIndex(ctx, src, root, "offers", "currentRegionIndexUrl", req)
	if err != nil {
		return nil, err
	}
	type job struct {
		file   File
		prices []price.Price
	}
	jobs := make([]job, len(req.Offers)*len(req.Regions))
	g, ctx := errgroup.WithContext(ctx)
	const atOnce = 3 // AWS serves files from a cache; more gains nothing
	g.SetLimit(atOnce)
	for i, code := range req.Offers {
		of := jobs[i*len(req.Regions) : (i+1)*len(req.Regions)]
		for j, region := range req.Regions {
			of[j].file = File{Offer: code, Region: region, Missing: true}
		}
		if index[code] == "" {
			continue
		}
		known := shapesOf(req.Known, code)
		g.Go(func() error {
			regions, err := readIndex(ctx, src, index[code], "regions", "currentVersionUrl", req)
			if err != nil {
				return err
			}
			for j := range of {
				f := &of[j].file
				if f.Path = regions[string(f.Region)]; f.Path == "" {
					continue
				}
				if of[j].prices, err = req.read(ctx, src, f, known); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := &Result{}
	for _, j := range jobs {
		out.Prices, out.Files = append(out.Prices, j.prices...), append(out.Files, j.file)
	}
	return out, nil
}

// readIndex reads an index: the paths that field holds for each name below
// key.
func readIndex(ctx context.Context, src Source, path, key, field string, req Request) (map[string]string, error) {
	var paths map[string]string
	err := req.retry(ctx, func() error {
		in, err := src.Open(ctx, path)
		if err != nil {
			return err
		}
		defer in.Close()
		paths, err = parseIndex(in, key, field)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, said(err))
	}
	return paths, nil
}

// maxIndex is how many entries an index may have; AWS lists 250 services.
const maxIndex = 20_000

// parseIndex reads {key: {name: {field: path}}}.
func parseIndex(in io.Reader, key, field string) (map[string]string, error) {
	s, paths, found := newScanner(in), map[string]string{}, false
	err := s.object(func(k string) error {
		if k != key {
			return s.skip()
		}
		found = true
		return s.object(func(name string) error {
			if len(paths) == maxIndex {
				return fmt.Errorf("more than %d entries", maxIndex)
			}
			return s.object(func(k string) error {
				if k != field {
					return s.skip()
				}
				text, whole, err := s.text()
				if err == nil && whole {
					paths[name], err = localPath(text)
				}
				return err
			})
		})
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && !found {
		err = fmt.Errorf("it has no %q: it is no index of the price list", key)
	}
	return paths, err
}

// localPath refuses a path that leads elsewhere.
func localPath(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.Contains(u.Path, "/../") || u.RawQuery != "" {
		return "", fmt.Errorf("%.200q is no path of the price list", text)
	}
	return u.Path, nil
}

// read reads one offer file and notes in f what came of it.
func (req Request) read(ctx context.Context, src Source, f *File, known shapes) ([]price.Price, error) {
	if req.Progress != nil {
		req.Progress(*f)
	}
	var o *offer
	path, err := req.either(f.Path, func(path string, parse parser) error {
		return req.retry(ctx, func() (err error) {
			f.Bytes = 0
			o, err = parse(func() (io.ReadCloser, error) {
				in, err := src.Open(ctx, path)
				if err != nil {
					return nil, err
				}
				return &counted{ReadCloser: in, n: &f.Bytes}, nil
			}, f.Offer, f.Region)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, said(err))
	}
	prices, skipped := o.prices(known)
	f.Path, f.Published, f.Prices, f.Skipped, f.Missing = path, o.date(), len(prices), skipped, false
	if req.Progress != nil {
		req.Progress(*f)
	}
	return prices, nil
}

// parser reads an offer file in one of the formats.
type parser func(open opener, code string, region unit.Region) (*offer, error)

// either tries the file in the format that is preferred, then in the other.
func (req Request) either(path string, try func(string, parser) error) (string, error) {
	stem := strings.TrimSuffix(strings.TrimSuffix(path, ".json"), ".csv")
	kinds := []struct {
		path  string
		parse parser
	}{{stem + ".json", readJSON}, {stem + ".csv", readCSV}}
	if req.CSV {
		kinds[0], kinds[1] = kinds[1], kinds[0]
	}
	err := try(kinds[0].path, kinds[0].parse)
	if !errors.Is(err, fs.ErrNotExist) {
		return kinds[0].path, err
	}
	return kinds[1].path, try(kinds[1].path, kinds[1].parse)
}

// maxFile is how long an offer file may be: the largest of one region has
// half a gigabyte.
const maxFile = 8 << 30

// counted counts what is read, and ends what has no end.
type counted struct {
	io.ReadCloser
	n *int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if *c.n += int64(n); *c.n > 2*maxFile {
		return n, fmt.Errorf("longer than %d bytes", int64(maxFile))
	}
	return n, err
}

// attempts is how often a request is made that fails in a way that may pass.
const attempts = 3

func (req Request) retry(ctx context.Context, do func() error) error {
	wait := req.Backoff
	for n := 1; ; n++ {
		err := do()
		var passing *unreachableError
		if err == nil || n == attempts || ctx.Err() != nil || !errors.As(err, &passing) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait *= 2
	}
}

// said puts an error in one line.
func said(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errTruncated
	}
	return errors.New(strings.Join(strings.Fields(cause(err).Error()), " "))
}
