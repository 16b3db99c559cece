package pricelist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// PublicURL is where AWS serves its price list to everybody (AWS Price List
// documentation, "Finding services and products using the Price List Bulk
// API"). No credentials are used.
const PublicURL = "https://pricing.us-east-1.amazonaws.com"

// offers is where everything stands below a base URL or folder, root the
// index.
const (
	offers = "/offers/v1.0/aws/"
	root   = offers + "index.json"
)

// Source opens the price list's files by their path ("/offers/v1.0/aws/...").
// A file that is not there is fs.ErrNotExist.
type Source interface {
	Open(ctx context.Context, path string) (io.ReadCloser, error)
}

// NewSource returns the source that text names: an http or https URL below
// which /offers/v1.0/aws/index.json stands, or a folder with the same files.
func NewSource(text string) (Source, error) {
	if !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		info, err := os.Stat(text)
		if err != nil {
			return nil, fmt.Errorf("%s: want an http or https URL, or a folder: %w", text, cause(err))
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%s is no folder", text)
		}
		return folder(text), nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%.200q is no base URL", text)
	}
	base := strings.TrimSuffix(u.String(), "/")
	for _, end := range []string{root, strings.TrimSuffix(offers, "/")} {
		base = strings.TrimSuffix(base, end)
	}
	return &server{base: base, client: &http.Client{Transport: transport()}}, nil
}

func transport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	return t
}

func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// folder is a copy of the price list on disk.
type folder string

// Open implements Source. Paths cannot leave the folder.
func (f folder) Open(_ context.Context, path string) (io.ReadCloser, error) {
	dir, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	in, err := dir.Open(filepath.FromSlash(strings.TrimPrefix(path, "/")))
	if below, ok := strings.CutPrefix(path, offers); ok && errors.Is(err, fs.ErrNotExist) {
		in, err = dir.Open(filepath.FromSlash(below)) // a copy of that folder alone
	}
	return in, err
}

// server serves the price list over HTTP.
type server struct {
	base   string
	client *http.Client
}

// Open implements Source. A body that is shorter than announced ends with
// io.ErrUnexpectedEOF.
func (s *server) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "breakeven")
	res, err := s.client.Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return nil, &unreachableError{err}
	}
	switch {
	case res.StatusCode == http.StatusOK:
		return res.Body, nil
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusForbidden:
		err = fmt.Errorf("%w (HTTP %d)", fs.ErrNotExist, res.StatusCode)
	case res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests:
		err = &unreachableError{fmt.Errorf("HTTP %d", res.StatusCode)}
	default:
		err = fmt.Errorf("HTTP %d", res.StatusCode)
	}
	return nil, errors.Join(err, res.Body.Close())
}

// unreachableError is a failure that may pass.
type unreachableError struct{ error }

func (e *unreachableError) Unwrap() error { return e.error }
