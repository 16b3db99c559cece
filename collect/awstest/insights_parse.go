package awstest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The subset of the Logs Insights query language that the server runs:
//
//	query   = command { "|" command }
//	command = "filter" expr
//	        | "fields" column { "," column } | "display" ...
//	        | "stats" call [ "as" name ] { "," ... } [ "by" column { "," column } ]
//	        | "sort" expr [ "asc" | "desc" ] { "," ... }
//	        | "limit" number
//	column  = expr [ "as" name ]
//	call    = count(*) | count(x) | sum(x) | avg(x) | min(x) | max(x) | pct(x, n)
//	expr    = or, and, not, = != < <= > >=, like, in [..], + - * / %
//	        | number | "text" | field | `field` | f(expr, ...)
//
// with the functions ceil, floor, abs, strcontains, strlen, ispresent,
// coalesce and bin. A query is parsed to closures over one log line.

// value is null, a number or text.
type value struct {
	kind valueKind
	n    float64
	s    string
}

type valueKind uint8

const (
	null valueKind = iota
	number
	text
)

func num(n float64) value { return value{kind: number, n: n} }
func str(s string) value  { return value{kind: text, s: s} }

func boolean(b bool) value {
	if b {
		return num(1)
	}
	return num(0)
}

func (v value) truth() bool { return v.kind == number && v.n != 0 || v.kind == text && v.s != "" }

// expr computes a value from a log line.
type expr func(*logRow) value

// column is a named expression.
type column struct {
	name string
	expr expr
}

// aggregate functions keep a state for each group.
type aggregation struct {
	name string
	kind string // count, sum, avg, min, max, pct
	arg  expr   // nil for count(*)
	rank float64
}

type sortKey struct {
	column string
	desc   bool
}

// insightsQuery is a parsed query.
type insightsQuery struct {
	filters []expr
	fields  []column
	aggs    []aggregation
	by      []column
	sort    []sortKey
	limit   int
}

func malformed(format string, args ...any) *apiError {
	return &apiError{400, "MalformedQueryException", fmt.Sprintf(format, args...)}
}

// parser walks over the tokens of a query.
type parser struct {
	tokens []token
	at     int
	src    string
	depth  int // of nested expressions
}

// maxDepth bounds the nesting of a query.
const maxDepth = 100

type token struct {
	kind       byte // 'n' number, 's' text, 'w' word, 'r' regular expression, else the operator's first byte
	text       string
	start, end int
}

var tokenPattern = regexp.MustCompile("^(?:" +
	`(\d+(?:\.\d+)?)([a-z]*)` + // 1, 2: a number, perhaps with a unit
	`|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')` + // 3: text
	"|`([^`]*)`" + // 4: a quoted field
	`|(@?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_@]+)*)` + // 5: a word or field
	`|(!=|<=|>=|=~|[-+*/%()=<>,|\[\]])` + // 6: an operator
	")")

var regexToken = regexp.MustCompile(`^/((?:[^/\\]|\\.)*)/`)

func lex(src string) ([]token, *apiError) {
	var out []token
	for at := 0; at < len(src); {
		if strings.IndexByte(" \t\r\n", src[at]) >= 0 {
			at++
			continue
		}
		if n := len(out); n > 0 && strings.EqualFold(out[n-1].text, "like") {
			if m := regexToken.FindStringSubmatch(src[at:]); m != nil {
				out = append(out, token{'r', m[1], at, at + len(m[0])})
				at += len(m[0])
				continue
			}
		}
		m := tokenPattern.FindStringSubmatch(src[at:])
		if m == nil || m[0] == "``" {
			return nil, malformed("unexpected symbol found %c at line 1 and position %d", src[at], at+1)
		}
		t := token{start: at, end: at + len(m[0])}
		switch {
		case m[1] != "":
			t.kind, t.text = 'n', m[0]
		case m[3] != "":
			t.kind, t.text = 's', unquote(m[3])
		case m[4] != "":
			t.kind, t.text = 'w', m[4]
		case m[5] != "":
			t.kind, t.text = 'w', m[5]
		default:
			t.kind, t.text = m[6][0], m[6]
		}
		out = append(out, t)
		at += len(m[0])
	}
	return out, nil
}

func unquote(s string) string {
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parseInsights compiles a query.
func parseInsights(src string) (*insightsQuery, *apiError) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, src: src}
	q := &insightsQuery{}
	for {
		if err := p.command(q); err != nil {
			return nil, err
		}
		if p.done() {
			return q, nil
		}
		if !p.operator("|") {
			return nil, p.unexpected()
		}
	}
}

func (p *parser) done() bool { return p.at >= len(p.tokens) }

func (p *parser) peek() token {
	if p.done() {
		return token{text: "end of query", start: len(p.src), end: len(p.src)}
	}
	return p.tokens[p.at]
}

func (p *parser) unexpected() *apiError {
	t := p.peek()
	return malformed("unexpected symbol found %s at line 1 and position %d", t.text, t.start+1)
}

// operator takes the operator if it is next.
func (p *parser) operator(op string) bool {
	if t := p.peek(); t.kind != 's' && t.kind != 'w' && t.kind != 'n' && t.text == op && !p.done() {
		p.at++
		return true
	}
	return false
}

// keyword takes the word if it is next.
func (p *parser) keyword(w string) bool {
	if t := p.peek(); t.kind == 'w' && strings.EqualFold(t.text, w) {
		p.at++
		return true
	}
	return false
}

func (p *parser) command(q *insightsQuery) *apiError {
	switch {
	case p.keyword("filter"):
		e, err := p.expr(0)
		if err != nil {
			return err
		}
		if q.aggs != nil {
			return malformed("filter after stats is not simulated")
		}
		q.filters = append(q.filters, e)
		return nil
	case p.keyword("fields"), p.keyword("display"):
		cols, err := p.columns()
		q.fields = append(q.fields, cols...)
		return err
	case p.keyword("stats"):
		return p.stats(q)
	case p.keyword("sort"):
		return p.sort(q)
	case p.keyword("limit"), p.keyword("head"):
		t := p.peek()
		n, err := strconv.Atoi(t.text)
		if err != nil || n < 1 {
			return p.unexpected()
		}
		p.at++
		q.limit = n
		return nil
	}
	return p.unexpected()
}

// columns reads expressions with names; without "as" the name is the text.
func (p *parser) columns() ([]column, *apiError) {
	var out []column
	for {
		start := p.peek().start
		e, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSpace(p.src[start:p.tokens[p.at-1].end])
		if name, err = p.alias(strings.Trim(name, "`")); err != nil {
			return nil, err
		}
		out = append(out, column{name, e})
		if !p.operator(",") {
			return out, nil
		}
	}
}

func (p *parser) alias(name string) (string, *apiError) {
	if !p.keyword("as") {
		return name, nil
	}
	t := p.peek()
	if t.kind != 'w' {
		return "", p.unexpected()
	}
	p.at++
	return t.text, nil
}

func (p *parser) stats(q *insightsQuery) *apiError {
	if q.aggs != nil {
		return malformed("a second stats command is not simulated")
	}
	for {
		a, err := p.aggregation()
		if err != nil {
			return err
		}
		q.aggs = append(q.aggs, a)
		if !p.operator(",") {
			break
		}
	}
	if !p.keyword("by") {
		return nil
	}
	var err *apiError
	q.by, err = p.columns()
	return err
}

func (p *parser) aggregation() (aggregation, *apiError) {
	start := p.peek()
	a := aggregation{kind: strings.ToLower(start.text)}
	switch a.kind {
	case "count", "sum", "avg", "min", "max", "pct":
	default:
		return a, p.unexpected()
	}
	p.at++
	if !p.operator("(") {
		return a, p.unexpected()
	}
	switch {
	case a.kind == "count" && (p.operator("*") || p.peek().text == ")"):
	default:
		var err *apiError
		if a.arg, err = p.expr(0); err != nil {
			return a, err
		}
	}
	if a.kind == "pct" {
		if !p.operator(",") {
			return a, p.unexpected()
		}
		rank, err := strconv.ParseFloat(p.peek().text, 64)
		if err != nil || rank < 0 || rank > 100 {
			return a, p.unexpected()
		}
		a.rank = rank
		p.at++
	}
	if !p.operator(")") {
		return a, p.unexpected()
	}
	var err *apiError
	a.name, err = p.alias(p.src[start.start:p.tokens[p.at-1].end])
	return a, err
}

func (p *parser) sort(q *insightsQuery) *apiError {
	for {
		start := p.peek().start
		if _, err := p.expr(0); err != nil {
			return err
		}
		k := sortKey{column: strings.Trim(p.src[start:p.tokens[p.at-1].end], "`"), desc: true}
		if p.keyword("asc") {
			k.desc = false
		} else {
			p.keyword("desc")
		}
		q.sort = append(q.sort, k)
		if !p.operator(",") {
			return nil
		}
	}
}

// binaryOperators by binding strength.
var binaryOperators = map[string]int{
	"or": 1, "and": 2,
	"=": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "=~": 4, "like": 4, "in": 4,
	"+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}

// expr parses operators that bind stronger than min.
func (p *parser) expr(min int) (expr, *apiError) {
	if p.depth++; p.depth > maxDepth {
		return nil, malformed("the query is nested too deeply")
	}
	defer func() { p.depth-- }()
	left, err := p.unary()
	if err != nil {
		return nil, err
	}
	for {
		t := p.peek()
		op := strings.ToLower(t.text)
		strength := binaryOperators[op]
		if t.kind == 's' || t.kind == 'n' || p.done() || strength <= min {
			return left, nil
		}
		p.at++
		if left, err = p.binary(op, left, strength); err != nil {
			return nil, err
		}
	}
}

func (p *parser) binary(op string, left expr, strength int) (expr, *apiError) {
	switch op {
	case "in":
		return p.inList(left)
	case "like", "=~":
		if t := p.peek(); t.kind == 'r' {
			re, err := regexp.Compile(t.text)
			if err != nil {
				return nil, malformed("invalid regular expression %s", t.text)
			}
			p.at++
			return func(r *logRow) value { return boolean(re.MatchString(left(r).text())) }, nil
		}
		right, err := p.expr(strength)
		if err != nil {
			return nil, err
		}
		return func(r *logRow) value { return boolean(strings.Contains(left(r).text(), right(r).text())) }, nil
	}
	right, err := p.expr(strength)
	if err != nil {
		return nil, err
	}
	return operate(op, left, right), nil
}

func (p *parser) inList(left expr) (expr, *apiError) {
	if !p.operator("[") {
		return nil, p.unexpected()
	}
	var list []expr
	for {
		e, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if p.operator("]") {
			break
		}
		if !p.operator(",") {
			return nil, p.unexpected()
		}
	}
	return func(r *logRow) value {
		v := left(r)
		for _, e := range list {
			if compare(v, e(r)) == 0 && v.kind != null {
				return num(1)
			}
		}
		return num(0)
	}, nil
}

func (p *parser) unary() (expr, *apiError) {
	switch {
	case p.keyword("not"):
		e, err := p.expr(3)
		if err != nil {
			return nil, err
		}
		return func(r *logRow) value { return boolean(!e(r).truth()) }, nil
	case p.operator("-"):
		e, err := p.expr(6)
		if err != nil {
			return nil, err
		}
		return operate("-", func(*logRow) value { return num(0) }, e), nil
	case p.operator("("):
		e, err := p.expr(0)
		if err == nil && !p.operator(")") {
			err = p.unexpected()
		}
		return e, err
	}
	t := p.peek()
	p.at++
	switch {
	case t.kind == 's':
		v := str(t.text)
		return func(*logRow) value { return v }, nil
	case t.kind == 'n':
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			break
		}
		return func(*logRow) value { return num(n) }, nil
	case t.kind == 'w' && p.operator("("):
		return p.call(strings.ToLower(t.text))
	case t.kind == 'w':
		return field(t.text), nil
	}
	p.at--
	return nil, p.unexpected()
}

// call parses the arguments of a function, its parenthesis already taken.
func (p *parser) call(name string) (expr, *apiError) {
	if name == "bin" {
		return p.bin()
	}
	first := p.peek().text
	var args []expr
	for !p.operator(")") {
		e, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		args = append(args, e)
		if !p.operator(",") && p.peek().text != ")" {
			return nil, p.unexpected()
		}
	}
	e := function1(name, first, args)
	if e == nil {
		return nil, malformed("unknown function %s with %d arguments", name, len(args))
	}
	return e, nil
}

var binUnits = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "min": time.Minute,
	"h": time.Hour, "hr": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
}

// bin reads a period such as 1h and rounds the line's time down to it.
func (p *parser) bin() (expr, *apiError) {
	t := p.peek()
	digits := strings.TrimRight(t.text, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit := binUnits[t.text[len(digits):]]
	if t.kind != 'n' || err != nil || n < 1 || unit == 0 {
		return nil, p.unexpected()
	}
	p.at++
	if !p.operator(")") {
		return nil, p.unexpected()
	}
	step := n * unit.Milliseconds()
	last, lastText := int64(-1), ""
	return func(r *logRow) value {
		if b := r.at - r.at%step; b != last {
			last, lastText = b, insightsTime(b)
		}
		return str(lastText)
	}, nil
}

func insightsTime(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000")
}
