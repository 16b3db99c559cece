package usage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// node is a value of a usage file, from YAML or JSON alike.
type node struct {
	kind  kind
	line  int
	text  string // of a scalar, as written
	pairs pairs
	items []node
}

// kind is what a node holds.
type kind int

const (
	null kind = iota
	text
	number
	boolean
	mapping
	sequence
)

func (k kind) String() string {
	return [...]string{"nothing", "text", "a number", "true or false", "a mapping", "a list"}[k]
}

// pairs are the keys of a mapping in the order of the file.
type pairs []pair

type pair struct {
	key   string
	line  int
	value node
}

func (p pairs) find(key string) (node, bool) {
	for _, e := range p {
		if e.key == key {
			return e.value, true
		}
	}
	return node{}, false
}

// mapping returns a node's pairs; each key stands once.
func (r *reader) mapping(n node, at, want string) (pairs, error) {
	if n.kind != mapping {
		return nil, r.fail(n, at, "want a mapping of %s, got %s", want, n.kind)
	}
	seen := map[string]int{}
	for _, p := range n.pairs {
		if line, twice := seen[p.key]; twice {
			return nil, r.fail(node{line: p.line}, strings.TrimPrefix(at+"."+printable(p.key), "."), "stands twice, first on line %d", line)
		}
		seen[p.key] = p.line
	}
	return n.pairs, nil
}

// maxDepth is the deepest nesting that is read; a usage file needs four.
const maxDepth = 16

// parseTree reads JSON if the file looks like it and is, else YAML. JSON is
// nearly a subset of YAML, but for tabs and paired escapes.
func parseTree(file string, data []byte) (node, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	start := bytes.TrimLeft(data, " \t\r\n")
	if len(start) == 0 {
		return node{}, &Error{File: file, Problem: "is empty"}
	}
	if start[0] != '{' && start[0] != '[' {
		return parseYAML(file, data)
	}
	n, jsonErr := parseJSON(file, data)
	if jsonErr == nil {
		return n, nil
	}
	if n, err := parseYAML(file, data); err == nil {
		return n, nil
	}
	return node{}, jsonErr
}

func parseYAML(file string, data []byte) (n node, err error) {
	defer func() { // the library's parser is not ours to trust with hostile input
		if p := recover(); p != nil {
			err = &Error{File: file, Problem: fmt.Sprintf("not readable as YAML: %v", p)}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return node{}, yamlError(file, err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); err == nil {
		return node{}, &Error{File: file, Line: more.Line, Problem: "a second document: a usage file is one"}
	} else if !errors.Is(err, io.EOF) {
		return node{}, yamlError(file, err)
	}
	if len(doc.Content) == 0 {
		return node{}, &Error{File: file, Problem: "is empty"}
	}
	return fromYAML(file, doc.Content[0], 0)
}

// yamlError takes the line number out of the library's wording.
func yamlError(file string, err error) error {
	e := &Error{File: file, Problem: "not readable as YAML: " + strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " ")}
	if _, scanErr := fmt.Sscanf(err.Error(), "yaml: line %d:", &e.Line); scanErr == nil {
		_, rest, _ := strings.Cut(strings.TrimPrefix(err.Error(), "yaml: "), ": ")
		e.Problem = "not readable as YAML: " + rest
	}
	return e
}

func fromYAML(file string, y *yaml.Node, depth int) (node, error) {
	n := node{line: y.Line, text: y.Value}
	switch {
	case depth > maxDepth:
		return n, &Error{File: file, Line: y.Line, Problem: "nested too deeply"}
	case y.Kind == yaml.AliasNode:
		return n, &Error{File: file, Line: y.Line, Problem: "aliases (*" + printable(y.Value) + ") are not read: write the value out"}
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mapping
		for i := 0; i+1 < len(y.Content); i += 2 {
			key := y.Content[i]
			if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
				return n, &Error{File: file, Line: key.Line, Problem: "a key must be plain text"}
			}
			value, err := fromYAML(file, y.Content[i+1], depth+1)
			if err != nil {
				return n, err
			}
			n.pairs = append(n.pairs, pair{key: key.Value, line: key.Line, value: value})
		}
	case yaml.SequenceNode:
		n.kind = sequence
		for _, item := range y.Content {
			value, err := fromYAML(file, item, depth+1)
			if err != nil {
				return n, err
			}
			n.items = append(n.items, value)
		}
	default:
		n.kind = scalarKind(y.ShortTag())
	}
	return n, nil
}

// scalarKind maps YAML's resolved tags; what is none of them is text.
func scalarKind(tag string) kind {
	switch tag {
	case "!!null":
		return null
	case "!!bool":
		return boolean
	case "!!int", "!!float":
		return number
	}
	return text
}

// jsonReader reads a JSON document into nodes that know their lines.
type jsonReader struct {
	file string
	data []byte
	dec  *json.Decoder
	// line is that of offset; both only grow.
	line   int
	offset int64
}

func parseJSON(file string, data []byte) (node, error) {
	r := &jsonReader{file: file, data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err != nil {
		return n, err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return n, r.fail("something follows the document")
	}
	return n, nil
}

// at returns the line that the decoder has reached.
func (r *jsonReader) at() int {
	now := r.dec.InputOffset()
	r.line += bytes.Count(r.data[r.offset:now], []byte("\n"))
	r.offset = now
	return r.line
}

func (r *jsonReader) fail(problem string) error {
	return &Error{File: r.file, Line: r.at(), Problem: problem}
}

func (r *jsonReader) token() (json.Token, error) {
	t, err := r.dec.Token()
	if errors.Is(err, io.EOF) {
		return nil, r.fail("not readable as JSON: it ends too early")
	}
	if err != nil {
		return nil, r.fail("not readable as JSON: " + err.Error())
	}
	return t, nil
}

func (r *jsonReader) value(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, r.fail("nested too deeply")
	}
	t, err := r.token()
	if err != nil {
		return node{}, err
	}
	n := node{line: r.at()}
	switch v := t.(type) {
	case string:
		n.kind, n.text = text, v
	case json.Number:
		n.kind, n.text = number, v.String()
	case bool:
		n.kind, n.text = boolean, fmt.Sprint(v)
	case json.Delim:
		if v == '{' {
			n.kind = mapping
			n.pairs, err = r.members(depth)
		} else {
			n.kind = sequence
			n.items, err = r.elements(depth)
		}
	}
	return n, err
}

func (r *jsonReader) members(depth int) (pairs, error) {
	var ps pairs
	for r.dec.More() {
		t, err := r.token()
		if err != nil {
			return nil, err
		}
		key, line := fmt.Sprint(t), r.at()
		value, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		ps = append(ps, pair{key: key, line: line, value: value})
	}
	_, err := r.token() // the closing brace
	return ps, err
}

func (r *jsonReader) elements(depth int) ([]node, error) {
	var items []node
	for r.dec.More() {
		value, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, value)
	}
	_, err := r.token() // the closing bracket
	return items, err
}
